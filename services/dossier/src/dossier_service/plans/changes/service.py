"""Use cases of the changes area: submitted by a client, settled once; the plan's row is the lock of all (P3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from event_contracts.firms import NoticeKind
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError
from service_kit.ids import new_id

from dossier_service.access.domain import Action, GrantStanding, Refusal, Section, Standing
from dossier_service.access.service import allowed_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.edge.refusals import refused, require, unknown
from dossier_service.firms.events import firm_ref
from dossier_service.notices.service import tell_managers, tell_person
from dossier_service.plans import service as plans
from dossier_service.plans.changes import events, repository
from dossier_service.plans.changes.domain import (
    ChangeKind,
    ChangeState,
    Clash,
    Merged,
    Settling,
    checked_change,
    merged,
    next_state,
    wanted_by,
    why_not_submit,
    why_not_withdraw,
)
from dossier_service.plans.changes.repository import Change, Wanted
from dossier_service.plans.changes.tables import PlanChange
from dossier_service.plans.domain import RULE, Difference, Json, Reach, checked_content, differences, reach_of
from dossier_service.plans.repository import Shown
from dossier_service.plans.tables import Plan


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client asks of one version of a plan, and says along with it."""

    base_version: int
    kind: ChangeKind
    patch: Json
    comment: str | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change in full: what it does to its version, and for staff what stands in its way in the newest one."""

    change: Change
    differences: tuple[Difference, ...]
    newest: int | None
    clashes: tuple[Clash, ...] | None


async def submit(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, wanted: Submission) -> ChangeView:
    """A client submits a change to a version that was published to them; the manager is told (P3)."""
    standing, decision = await allowed_in(uow, account_id, dossier_id, Section.PLANS, Action.SUBMIT_CHANGES)
    reach = reach_of(standing, decision)
    base = await plans.shown(uow, dossier_id, plan_id, reach, wanted.base_version)
    await plans.locked(uow, dossier_id, plan_id)
    require(why_not_submit(await repository.waiting_of(uow, plan_id, account_id)))
    checked_change(wanted.kind, wanted.patch, base.content or {})
    grant = decision.grant
    assert grant is not None  # the law lets nobody else submit changes
    change = PlanChange(
        id=new_id(),
        plan_id=plan_id,
        base_version=base.version,
        kind=wanted.kind,
        patch=wanted.patch,
        comment=wanted.comment,
        submitted_by=account_id,
        grant_id=grant.grant_id,
        submitted_at=await uow.now(),
        state=ChangeState.SUBMITTED,
    )
    uow.session.add(change)
    await uow.session.flush()
    await _write_down(uow, standing, change, by=grant)
    dossier, _, _ = await dossiers.cover(uow, dossier_id)
    uow.outbox.add(events.change_submitted(change, dossier))
    line = events.submitted_line(dossier, base.title, grant, change.submitted_at)
    await tell_managers(uow, [line], actor=account_id)
    return await _view(uow, standing, reach, plan_id, change.id)


async def page(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    plan_id: UUID,
    state: ChangeState | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Change]:
    """The changes to a plan, newest first: staff see all, others their own."""
    standing, reach = await plans.entered(uow, account_id, dossier_id, Action.READ)
    await plans.shown(uow, dossier_id, plan_id, reach)
    wanted = Wanted(plan_id, _only_of(standing), state)
    return await repository.page(uow, dossier_id, wanted, before, limit)


async def read(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, change_id: UUID) -> ChangeView:
    """One change, for staff and for who submitted it."""
    standing, reach = await plans.entered(uow, account_id, dossier_id, Action.READ)
    return await _view(uow, standing, reach, plan_id, change_id)


async def apply(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    plan_id: UUID,
    change_id: UUID,
    check_version: Callable[[int], None],
) -> ChangeView:
    """Makes the plan's next version of a change, in one step; refused where the plan moved on otherwise (P3)."""
    standing, reach = await plans.entered(uow, account_id, dossier_id, Action.WRITE)
    plan, change = await _locked(uow, standing, plan_id, change_id)
    if _settles(change, Settling.APPLY):
        check_version(plan.version)
        newest = await plans.shown(uow, dossier_id, plan.id, reach)
        base = await plans.shown(uow, dossier_id, plan.id, reach, change.base_version)
        content = _without_clashes(_merged(change, base, newest))
        await plans.add_version(uow, standing, plan, newest.title, content, change.id)
        change.applied_version = plan.version
        await _settle(uow, standing, change, ChangeState.APPLIED, base.title)
    return await _view(uow, standing, reach, plan_id, change_id)


async def reject(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, change_id: UUID, reason: str
) -> ChangeView:
    """The plan stays as it is, and who submitted the change reads why (P3)."""
    standing, reach = await plans.entered(uow, account_id, dossier_id, Action.WRITE)
    plan, change = await _locked(uow, standing, plan_id, change_id)
    if _settles(change, Settling.REJECT):
        change.reason = reason
        base = await plans.shown(uow, dossier_id, plan.id, reach, change.base_version)
        await _settle(uow, standing, change, ChangeState.REJECTED, base.title)
    return await _view(uow, standing, reach, plan_id, change_id)


async def withdraw(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, change_id: UUID) -> ChangeView:
    """Who submitted a change takes it back before it is settled (P3)."""
    standing, reach = await plans.entered(uow, account_id, dossier_id, Action.READ)
    _, change = await _locked(uow, standing, plan_id, change_id)
    require(why_not_withdraw(is_submitter=change.submitted_by == account_id))
    if _settles(change, Settling.WITHDRAW):
        change.state, change.settled_at = ChangeState.WITHDRAWN, await uow.now()
        await uow.session.flush()
        await _write_down(uow, standing, change)
    return await _view(uow, standing, reach, plan_id, change_id)


def _only_of(standing: Standing) -> UUID | None:
    """Whose changes somebody sees: staff everybody's, others their own."""
    return None if standing.is_staff else standing.account_id


async def _locked(uow: UnitOfWork, standing: Standing, plan_id: UUID, change_id: UUID) -> tuple[Plan, PlanChange]:
    """A change that the caller may know of, locked after its plan; any other is unknown here (A13)."""
    wanted = Wanted(plan_id, _only_of(standing))
    if await repository.change(uow, standing.dossier_id, wanted, change_id) is None:
        raise unknown()
    plan = await plans.locked(uow, standing.dossier_id, plan_id)
    return plan, await repository.lock(uow, plan.id, change_id)


def _settles(change: PlanChange, settling: Settling) -> bool:
    """Whether the word is the first; the same word once more changes nothing, another one is refused."""
    following = next_state(change.state, settling)
    if isinstance(following, Refusal):
        raise refused(following)
    return change.state is not following


def _merged(change: PlanChange | Change, base: Shown, newest: Shown) -> Merged:
    return merged(change.kind, change.patch, base.content or {}, newest.content or {})


def _without_clashes(result: Merged) -> dict[str, Json]:
    if result.clashes:
        detail = "The plan changed in the same places since the version this change is about."
        raise Conflict("plan_moved_on", detail, rule=RULE, fields=tuple(map(_moved_on, result.clashes)))
    return checked_content(result.content)


def _moved_on(clash: Clash) -> FieldError:
    return FieldError(clash.path, "changed_meanwhile", f"Changed meanwhile: {clash.label}.", RULE)


_NEWS = {ChangeState.APPLIED: NoticeKind.CHANGE_APPLIED, ChangeState.REJECTED: NoticeKind.CHANGE_REJECTED}


async def _settle(uow: UnitOfWork, standing: Standing, change: PlanChange, state: ChangeState, title: str) -> None:
    """Staff settled a change: written down, said, and told to who submitted it while their access is open.

    `title` is that of the version they know: a newer one may not be published to them (A7).
    """
    assert standing.staff is not None  # the law lets nobody else write plans
    at = await uow.now()
    change.state, change.settled_at, change.settled_by = state, at, standing.staff.membership_id
    await uow.session.flush()
    await _write_down(uow, standing, change)
    dossier, firm, _ = await dossiers.cover(uow, standing.dossier_id)
    if change.applied_version is not None:
        uow.outbox.add(events.change_applied(change, dossier, change.applied_version))
    else:
        uow.outbox.add(events.change_rejected(change, dossier))
    if await repository.may_hear(uow, change.plan_id, change.submitted_by):
        line = events.settled_line(_NEWS[state], dossier, title, standing.staff.name, at, change.reason)
        await tell_person(uow, firm=firm_ref(firm), account_id=change.submitted_by, line=line)


async def _write_down(
    uow: UnitOfWork, standing: Standing, change: PlanChange, *, by: GrantStanding | None = None
) -> None:
    """`by`: the grant that allowed it, of somebody who may hold another too (A11)."""
    facts = {"change": change.id, "base_version": change.base_version, "version": change.applied_version}
    facts |= {"party": by.role, "grant": by.grant_id} if by else {}
    action = f"plan_change_{change.state}"
    await plans.write_down(uow, standing, action, change.plan_id, RULE, facts, change.reason)


async def _view(uow: UnitOfWork, standing: Standing, reach: Reach, plan_id: UUID, change_id: UUID) -> ChangeView:
    """A change as the caller sees it. What is in the newest version is not told to who does not read that."""
    change = await repository.change(uow, standing.dossier_id, Wanted(plan_id, _only_of(standing)), change_id)
    if change is None:
        raise unknown()
    base = await plans.shown(uow, standing.dossier_id, plan_id, reach, change.base_version)
    wanted = wanted_by(change.kind, change.patch, base.content or {})
    found = differences(base.content or {}, wanted)
    if not standing.is_staff:
        return ChangeView(change, found, None, None)
    newest = await plans.shown(uow, standing.dossier_id, plan_id, reach)
    clashes = _merged(change, base, newest).clashes if change.state is ChangeState.SUBMITTED else ()
    return ChangeView(change, found, newest.version, clashes)
