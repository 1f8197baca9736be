"""HTTP of previews: for a firm's staff, before they send (M3)."""

from fastapi import APIRouter
from service_kit.db import UoW
from service_kit.errors import Forbidden, Invalid, NotFound, Unauthenticated
from service_kit.http import problem_responses

from notifier_service.deps import DepsDep
from notifier_service.previews import service
from notifier_service.previews.schemas import PreviewIn, PreviewOut
from notifier_service.staff.callers import SignedIn

router = APIRouter(prefix="/api/notifier/v1/previews", tags=["previews"])


@router.post("", responses=problem_responses(Unauthenticated, Forbidden, NotFound, Invalid))
async def preview_mail(body: PreviewIn, caller: SignedIn, uow: UoW, deps: DepsDep) -> PreviewOut:
    """Shows a mail as it would go out, with a dummy link; nothing is sent or kept (staff of the firm, M3)."""
    return await service.preview(uow, deps, caller.account_id, body)
