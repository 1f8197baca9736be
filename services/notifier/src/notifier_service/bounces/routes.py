"""HTTP of bounces: the mail server hands in what comes back (M5)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from service_kit.db import UoW
from service_kit.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from service_kit.http import problem_responses
from service_kit.http.auth import CurrentSystem
from service_kit.logging import get_logger

from notifier_service.bounces import service
from notifier_service.bounces.schemas import BounceAnswer
from notifier_service.deps import DepsDep

log = get_logger(__name__)
router = APIRouter(prefix="/api/notifier/v1/bounces", tags=["bounces"])
MAIL: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}}
}
Recipient = Annotated[
    str | None, Query(max_length=320, description="The envelope recipient; else the report's own headers are read")
]


async def _mail(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "message/rfc822":
        raise Invalid("not_a_mail", "Send the report as it came, as message/rfc822.", rule="M5")
    return await request.body()


@router.post("", openapi_extra=MAIL, responses=problem_responses(Unauthenticated, Forbidden, Invalid, Unavailable))
async def take_in_bounce(
    caller: CurrentSystem,
    uow: UoW,
    deps: DepsDep,
    mail: Annotated[bytes, Depends(_mail)],
    recipient: Recipient = None,
) -> BounceAnswer:
    """Takes in a delivery report (RFC 3464). Each is answered with its outcome, and counts once."""
    answer = await service.take_in(uow, deps.return_paths, mail, recipient)
    log.info("report taken in", action="bounce", outcome=answer.outcome, message_id=str(answer.message_id or ""))
    return answer
