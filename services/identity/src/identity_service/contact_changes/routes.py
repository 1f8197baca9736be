"""A new e-mail address or phone for the signed-in owner (I9, I13)."""

from uuid import UUID

from fastapi import APIRouter
from service_kit.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from service_kit.http import problem_responses

from identity_service.contact_changes.schemas import ChangeAsked, ContactCode, NewContact, asked_out
from identity_service.contact_changes.service import begin_contact_change, confirm_contact_change
from identity_service.deps import CallerDevice, DepsDep, OwnSession

router = APIRouter(prefix="/api/identity/v1/me/contact-changes", tags=["owner"])


@router.post(
    "",
    status_code=202,
    responses=problem_responses(Unauthenticated, Forbidden, Invalid, RateLimited, Unavailable),
)
async def post_change(body: NewContact, session: OwnSession, deps: DepsDep, device: CallerDevice) -> ChangeAsked:
    """Sends a code to the new address or number. Nothing changes before it is entered."""
    return asked_out(await begin_contact_change(deps, session, body.kind, body.value, body.password, device))


@router.post(
    "/{change_id}/confirmation",
    status_code=204,
    responses=problem_responses(Unauthenticated, Forbidden, Invalid, NotFound, Conflict, RateLimited),
)
async def post_confirmation(
    change_id: UUID, body: ContactCode, session: OwnSession, deps: DepsDep, device: CallerDevice
) -> None:
    """Enters the code. 409 when the proven address is another account's, invited or active (I2)."""
    await confirm_contact_change(deps, session, change_id, body.code, device)
