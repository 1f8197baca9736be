"""HTTP of the changes area: clients submit, staff apply or reject."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.plans.changes import service
from dossier_service.plans.changes.domain import ChangeState
from dossier_service.plans.changes.schemas import ChangeIn, ChangeItem, ChangeOut, RejectionIn
from dossier_service.plans.routes import PLAN
from dossier_service.sending.answers import DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("plans")
CHANGE = PLAN + "/changes/{change_id}"


@router.post(PLAN + "/changes", status_code=201, responses=problem_responses(*WRITES))
async def submit_change(dossier_id: UUID, plan_id: UUID, body: ChangeIn, caller: SignedIn, uow: UoW) -> ChangeOut:
    """Submits a change to a version that was published to the caller; the manager is told (P3)."""
    return ChangeOut.shown(await service.submit(uow, caller.account_id, dossier_id, plan_id, body.submission()))


@router.get(PLAN + "/changes", responses=problem_responses(*READS))
async def read_changes(
    dossier_id: UUID,
    plan_id: UUID,
    caller: SignedIn,
    uow: UoW,
    page: PageParams,
    state: ChangeState | None = None,
) -> Page[ChangeItem]:
    """The changes to a plan, newest first: staff see all, others their own."""
    found = await service.page(uow, caller.account_id, dossier_id, plan_id, state, position(page), page.limit + 1)
    return page_of(found, page.limit, key=lambda one: (one.id,), item=ChangeItem.of)


@router.get(CHANGE, responses=problem_responses(*READS))
async def read_change(dossier_id: UUID, plan_id: UUID, change_id: UUID, caller: SignedIn, uow: UoW) -> ChangeOut:
    """One change, with what it does; for staff also where the plan moved on otherwise."""
    return ChangeOut.shown(await service.read(uow, caller.account_id, dossier_id, plan_id, change_id))


@router.post(CHANGE + "/apply", response_model=ChangeOut | SendingPlan, responses=problem_responses(*EDITS))
async def apply_change(
    dossier_id: UUID,
    plan_id: UUID,
    change_id: UUID,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> ChangeOut | Response:
    """Makes the plan's next version of it; If-Match names the plan's newest. Once more changes nothing (P3)."""
    view = await service.apply(
        uow, caller.account_id, dossier_id, plan_id, change_id, lambda version: require_match(if_match, version)
    )
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return ChangeOut.shown(view)


@router.post(CHANGE + "/reject", response_model=ChangeOut | SendingPlan, responses=problem_responses(*WRITES))
async def reject_change(
    dossier_id: UUID,
    plan_id: UUID,
    change_id: UUID,
    body: RejectionIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    dry_run: DryRun = False,
) -> ChangeOut | Response:
    """Leaves the plan as it is, with a reason that the submitter reads. Once more changes nothing (P3)."""
    view = await service.reject(uow, caller.account_id, dossier_id, plan_id, change_id, body.reason)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return ChangeOut.shown(view)


@router.post(CHANGE + "/withdraw", responses=problem_responses(*WRITES))
async def withdraw_change(dossier_id: UUID, plan_id: UUID, change_id: UUID, caller: SignedIn, uow: UoW) -> ChangeOut:
    """Takes back a change of the caller's own that nobody settled yet."""
    return ChangeOut.shown(await service.withdraw(uow, caller.account_id, dossier_id, plan_id, change_id))
