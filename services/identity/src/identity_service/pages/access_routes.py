"""What is open to the owner and who gave it, and leaving a dossier after being asked whether it is meant (I13, A5)."""

from uuid import UUID

from event_contracts.people import OfferKind
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UnitOfWork, UoW
from service_kit.errors import Conflict, NotFound

from identity_service.deps import DepsDep
from identity_service.invitations.access import Access, leave, my_access
from identity_service.invitations.domain import AccessState
from identity_service.pages.browser import OwnForm, see_other
from identity_service.pages.owner import Owner, OwnerDep, OwnerRoute, owner_page
from identity_service.pages.rendering import RENDERER

router = APIRouter(prefix="/account/access", route_class=OwnerRoute, include_in_schema=False)
_LIST = "/account/access"


@router.get("")
async def access_page(request: Request, owner: OwnerDep, uow: UoW) -> HTMLResponse:
    """Over all firms, with the right and who gave it."""
    values = {"access": await my_access(uow, owner.account.id)}
    return RENDERER.answer(request, owner_page(owner, "access.html", values, says=("left",)))


@router.get("/{offer_id:uuid}/leave")
async def ask_leave(request: Request, owner: OwnerDep, uow: UoW, offer_id: UUID) -> Response:
    """Asks whether it is meant; only the firm can undo it."""
    found = await _leavable(uow, owner, offer_id)
    if found is None:
        return see_other(request, _LIST)
    values = {"offer_id": offer_id, "dossier": found.dossier_name, "firm": found.firm_name}
    return RENDERER.answer(request, owner_page(owner, "leave.html", values))


@router.post("/{offer_id:uuid}/leave")
async def take_leave(request: Request, owner: OwnerDep, deps: DepsDep, _own: OwnForm, offer_id: UUID) -> Response:
    """Leaves; the list says "being closed" until dossier has answered (A10)."""
    try:
        async with deps.database.transaction() as uow:
            await leave(uow, owner.account.id, offer_id)
    except (NotFound, Conflict):
        return see_other(request, _LIST)
    return see_other(request, _LIST, done="left")


async def _leavable(uow: UnitOfWork, owner: Owner, offer_id: UUID) -> Access | None:
    own = (each for each in await my_access(uow, owner.account.id) if each.offer_id == offer_id)
    return next(
        (each for each in own if each.kind is OfferKind.DOSSIER and each.state is not AccessState.BEING_CLOSED), None
    )
