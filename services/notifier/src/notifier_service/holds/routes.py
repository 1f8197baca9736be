"""HTTP of holds: a firm's own switch for its administrators (A14), the switch of all mail for systems (M6)."""

from uuid import UUID

from fastapi import APIRouter
from service_kit.db import UoW
from service_kit.errors import Forbidden, Invalid, NotFound, Unauthenticated
from service_kit.http import Page, PageParams, problem_responses
from service_kit.http.auth import CurrentSystem

from notifier_service.holds import service
from notifier_service.holds.schemas import AllHoldOut, FirmHoldOut, HeldMessage, HoldIn
from notifier_service.staff.callers import SignedIn
from notifier_service.staff.service import require_administrator

router = APIRouter(prefix="/api/notifier/v1", tags=["holds"])
FIRM = problem_responses(Unauthenticated, Forbidden, NotFound)


@router.get("/firms/{firm_id}/mail-hold", responses=FIRM)
async def show_firm_hold(firm_id: UUID, caller: SignedIn, uow: UoW) -> FirmHoldOut:
    """Whether the firm's mail is held (administrators, A14)."""
    await require_administrator(uow, caller.account_id, firm_id)
    return await service.firm_hold(uow, firm_id)


@router.put("/firms/{firm_id}/mail-hold", responses=FIRM | problem_responses(Invalid))
async def switch_firm_hold(firm_id: UUID, body: HoldIn, caller: SignedIn, uow: UoW) -> FirmHoldOut:
    """Holds or releases the firm's mail; sign-in codes and security mails always go (administrators, A14)."""
    await require_administrator(uow, caller.account_id, firm_id)
    await service.switch(uow, firm_id, body, str(caller.account_id))
    return await service.firm_hold(uow, firm_id)


@router.get("/firms/{firm_id}/held-messages", responses=FIRM)
async def list_held_messages(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[HeldMessage]:
    """The firm's mails that are held, oldest first (administrators, A14)."""
    await require_administrator(uow, caller.account_id, firm_id)
    return await service.held_messages(uow, firm_id, page)


@router.get("/mail-hold", responses=problem_responses(Unauthenticated, Forbidden))
async def show_hold(caller: CurrentSystem, uow: UoW) -> AllHoldOut:
    """Whether all mail is held, and how many messages wait."""
    return await service.all_hold(uow)


@router.put("/mail-hold", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def switch_hold(body: HoldIn, caller: CurrentSystem, uow: UoW) -> AllHoldOut:
    """Holds or releases all ordinary mail of every firm."""
    await service.switch(uow, None, body, caller.client_id or str(caller.account_id))
    return await service.all_hold(uow)
