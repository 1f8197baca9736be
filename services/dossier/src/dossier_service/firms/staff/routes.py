"""HTTP of the staff area: for the firm's administrators (A14); every member sees who the colleagues are."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UnitOfWork, UoW
from service_kit.errors import RateLimited
from service_kit.http.auth import Caller
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep, DossierDeps
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.firms import repository as firms
from dossier_service.firms.schemas import FirmOut
from dossier_service.firms.staff import service
from dossier_service.firms.staff.repository import StaffLine
from dossier_service.firms.staff.schemas import NoticesIn, RemovalIn, ResendIn, StaffIn, StaffOut, StaffPatch
from dossier_service.sending.answers import PLANNED, DryRun, planned
from dossier_service.sending.service import plan

router = make_router("staff")


@router.post(
    "/firms/{firm_id}/staff",
    status_code=201,
    response_model=StaffOut,
    responses={**PLANNED, **problem_responses(*WRITES)},
)
async def invite_staff(
    firm_id: UUID, body: StaffIn, caller: SignedIn, uow: UoW, deps: DepsDep, response: Response, dry_run: DryRun = False
) -> StaffOut | Response:
    """Invites a member of staff (administrators, A14)."""
    line = await service.invite_staff(uow, caller.account_id, firm_id, body.command(), deps.policy.ladder)
    if dry_run:
        return await _planned(uow, deps, caller)
    return _shown(line, response)


@router.get("/firms/{firm_id}/staff", responses=problem_responses(*READS))
async def list_staff(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[StaffOut]:
    """The firm's staff, offered and active; what an offered place waits for."""
    full, lines = await service.page(uow, caller.account_id, firm_id, position(page), page.limit + 1)
    return page_of(
        lines,
        page.limit,
        key=lambda line: (line.member.id,),
        item=lambda line: StaffOut.of(line, for_administrator=full),
    )


@router.patch("/firms/{firm_id}/staff/me", responses=problem_responses(*READS))
async def choose_notices(firm_id: UUID, body: NoticesIn, caller: SignedIn, uow: UoW) -> FirmOut:
    """How the caller is told what became of the access they gave: at once, or once a day (M8)."""
    member = await service.choose_notices(uow, caller.account_id, firm_id, body.notices)
    return FirmOut.of(await firms.firm(uow, firm_id), member)


@router.get("/firms/{firm_id}/staff/{membership_id}", responses=problem_responses(*READS))
async def read_staff(firm_id: UUID, membership_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> StaffOut:
    """One member of the firm's staff."""
    full, line = await service.one(uow, caller.account_id, firm_id, membership_id)
    return _shown(line, response, for_administrator=full)


@router.patch(
    "/firms/{firm_id}/staff/{membership_id}",
    response_model=StaffOut,
    responses={**PLANNED, **problem_responses(*EDITS, RateLimited)},
)
async def change_staff(
    firm_id: UUID,
    membership_id: UUID,
    body: StaffPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> StaffOut | Response:
    """Changes role, names or language; a correction of an offered place makes a new offer, with a new id (A14, I9)."""
    line = await service.change(
        uow,
        caller.account_id,
        firm_id,
        membership_id,
        body.values(),
        lambda version: require_match(if_match, version),
        deps.policy.ladder,
    )
    if dry_run:
        return await _planned(uow, deps, caller)
    return _shown(line, response)


@router.post(
    "/firms/{firm_id}/staff/{membership_id}/removal",
    response_model=StaffOut,
    responses={**PLANNED, **problem_responses(*WRITES)},
)
async def remove_staff(
    firm_id: UUID,
    membership_id: UUID,
    body: RemovalIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    dry_run: DryRun = False,
) -> StaffOut | Response:
    """Ends a place at once. Refused for who manages dossiers (named in `related`) and the last administrator (A14)."""
    member = await service.remove(uow, caller.account_id, firm_id, membership_id, body.reason)
    if dry_run:
        return await _planned(uow, deps, caller)
    return _shown(StaffLine(member), response)


@router.post(
    "/firms/{firm_id}/staff/{membership_id}/resend",
    status_code=202,
    response_model=None,
    responses={**PLANNED, **problem_responses(*WRITES, RateLimited)},
)
async def resend_staff(
    firm_id: UUID,
    membership_id: UUID,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    body: ResendIn | None = None,
    dry_run: DryRun = False,
) -> Response:
    """Sends the sign-in information again, three times an hour per person; older links are dead then (I7, K2)."""
    custom_text = body.custom_text if body else None
    await service.resend(uow, caller.account_id, firm_id, membership_id, custom_text or None)
    if dry_run:
        return await _planned(uow, deps, caller)
    return Response(status_code=202)


async def _planned(uow: UnitOfWork, deps: DossierDeps, caller: Caller) -> Response:
    return planned(await plan(uow, deps.policy.ladder, caller.account_id))


def _shown(line: StaffLine, response: Response, *, for_administrator: bool = True) -> StaffOut:
    shown = StaffOut.of(line, for_administrator=for_administrator)
    response.headers["ETag"] = shown.etag
    return shown
