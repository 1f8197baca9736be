"""HTTP of the firms area."""

from uuid import UUID

from service_kit.db import UoW
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.firms import repository, service
from dossier_service.firms.domain import may_run_staff
from dossier_service.firms.schemas import FirmList, FirmOut, StaffIn, StaffOut

router = make_router("firms")


@router.get("/firms")
async def list_firms(caller: SignedIn, uow: UoW) -> FirmList:
    """The firms the caller works for."""
    places = await repository.places_of(uow, caller.account_id)
    return FirmList(items=tuple(FirmOut.of(firm, member) for firm, member in places))


@router.post("/firms/{firm_id}/staff", status_code=201, responses=problem_responses(*WRITES))
async def invite_staff(firm_id: UUID, body: StaffIn, caller: SignedIn, uow: UoW, deps: DepsDep) -> StaffOut:
    """Invites a member of staff (administrators, A14)."""
    member = await service.invite_staff(uow, caller.account_id, firm_id, body.command(), deps.policy.ladder)
    return StaffOut.of(member, with_contact=True)


@router.get("/firms/{firm_id}/staff", responses=problem_responses(*READS))
async def list_staff(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[StaffOut]:
    """The firm's staff, offered and active."""
    me, members = await service.staff_page(uow, caller.account_id, firm_id, position(page), page.limit + 1)
    with_contact = may_run_staff(me.role)
    return page_of(
        members,
        page.limit,
        key=lambda member: (member.id,),
        item=lambda member: StaffOut.of(member, with_contact=with_contact),
    )
