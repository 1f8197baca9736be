"""Use cases of the plans area: every read and every edit passes the decision of A7, every edit is journaled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from dossier_service.access.domain import Action, Section, Standing
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import allowed_in
from dossier_service.edge.refusals import unknown
from dossier_service.firms.branches.service import open_branch
from dossier_service.plans import repository
from dossier_service.plans.domain import Difference, Json, Reach, checked_content, differences, reach_of, same
from dossier_service.plans.repository import PlanLine, Shown
from dossier_service.plans.tables import Plan, PlanVersion


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan is to say, and to which branch it belongs, if to one (A9)."""

    title: str
    content: dict[str, Json]
    branch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions of a plan, and where they differ."""

    before: Shown
    after: Shown
    differences: tuple[Difference, ...]


async def entered(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, action: Action) -> tuple[Standing, Reach]:
    """Where the caller stands, and how far they read, once the law allows the action in this section (A7)."""
    standing, decision = await allowed_in(uow, account_id, dossier_id, Section.PLANS, action)
    return standing, reach_of(standing, decision)


async def page(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, after: UUID | None, limit: int
) -> tuple[Standing, Sequence[PlanLine]]:
    """A page of the plans the caller reads: staff all, others what was published to them (A7)."""
    standing, reach = await entered(uow, account_id, dossier_id, Action.READ)
    return standing, await repository.page(uow, dossier_id, reach, after, limit)


async def read(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, version: int | None = None
) -> tuple[Standing, Shown]:
    """One version of a plan, the newest that the caller reads unless one is named."""
    standing, reach = await entered(uow, account_id, dossier_id, Action.READ)
    return standing, await shown(uow, dossier_id, plan_id, reach, version)


async def shown(uow: UnitOfWork, dossier_id: UUID, plan_id: UUID, reach: Reach, version: int | None = None) -> Shown:
    """A version somebody reads; one that was not published to them answers like one that does not exist (A13)."""
    found = await repository.shown(uow, dossier_id, plan_id, reach, version)
    if found is None:
        raise unknown()
    return found


async def versions(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, before: int | None, limit: int
) -> tuple[Standing, Sequence[Shown]]:
    """A page of the versions the caller reads, newest first, without their contents."""
    standing, reach = await entered(uow, account_id, dossier_id, Action.READ)
    await shown(uow, dossier_id, plan_id, reach)
    return standing, await repository.versions(uow, dossier_id, plan_id, reach, before, limit)


async def compare(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, plan_id: UUID, before: int, after: int
) -> Compared:
    """Where two versions differ, both of which the caller reads."""
    _, reach = await entered(uow, account_id, dossier_id, Action.READ)
    one = await shown(uow, dossier_id, plan_id, reach, before)
    other = await shown(uow, dossier_id, plan_id, reach, after)
    return Compared(one, other, differences(one.content, other.content))


async def create(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, draft: Draft) -> tuple[Standing, Shown]:
    """Writes a plan's first version; nobody outside reads it until it is published to them (P2)."""
    standing, reach = await entered(uow, account_id, dossier_id, Action.CREATE)
    content = checked_content(draft.content)
    if draft.branch_id is not None:
        await open_branch(uow, standing.firm_id, draft.branch_id)
    plan = Plan(id=new_id(), dossier_id=dossier_id, branch_id=draft.branch_id, version=0, created_at=await uow.now())
    uow.session.add(plan)
    await add_version(uow, standing, plan, draft.title, content)
    await write_down(uow, standing, "plan_created", plan.id, "A7", {"version": plan.version})
    return standing, await shown(uow, dossier_id, plan.id, reach)


async def write(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    plan_id: UUID,
    draft: Draft,
    check_version: Callable[[int], None],
) -> tuple[Standing, Shown]:
    """Writes a plan's next version; the same once more makes none."""
    standing, reach = await entered(uow, account_id, dossier_id, Action.WRITE)
    plan = await locked(uow, dossier_id, plan_id)
    check_version(plan.version)
    content = checked_content(draft.content)
    newest = await shown(uow, dossier_id, plan_id, reach)
    if (newest.title, newest.branch_id) == (draft.title, draft.branch_id) and same(newest.content, content):
        return standing, newest
    if draft.branch_id != plan.branch_id:
        if draft.branch_id is not None:
            await open_branch(uow, standing.firm_id, draft.branch_id)
        plan.branch_id = draft.branch_id
    await add_version(uow, standing, plan, draft.title, content)
    await write_down(uow, standing, "plan_written", plan.id, "A7", {"version": plan.version})
    return standing, await shown(uow, dossier_id, plan_id, reach)


async def locked(uow: UnitOfWork, dossier_id: UUID, plan_id: UUID) -> Plan:
    """A locked plan of this dossier; any other is unknown here (A13)."""
    plan = await repository.lock(uow, dossier_id, plan_id)
    if plan is None:
        raise unknown()
    return plan


async def add_version(
    uow: UnitOfWork,
    standing: Standing,
    plan: Plan,
    title: str,
    content: dict[str, Json],
    change_id: UUID | None = None,
) -> None:
    """The next version of a locked plan, written by a member of staff; perhaps made of a client's change (P3)."""
    assert standing.staff is not None  # the law lets nobody else write plans
    plan.version += 1
    await uow.session.flush()
    version = PlanVersion(
        plan_id=plan.id,
        version=plan.version,
        title=title,
        content=content,
        written_at=await uow.now(),
        written_by=standing.staff.membership_id,
        change_id=change_id,
    )
    uow.session.add(version)
    await uow.session.flush()


async def write_down(
    uow: UnitOfWork,
    standing: Standing,
    action: str,
    plan_id: UUID,
    rule: str,
    details: Mapping[str, object],
    reason: str | None = None,
) -> None:
    """One line in the journal about a plan: as whom, by which grant, and which versions or changes (A11)."""
    grant = standing.active_grant if not standing.is_staff else None
    facts = {"party": standing.party, "grant": grant.grant_id if grant else None, **details}
    fact = Fact(action, standing.firm_id, "plan", plan_id, rule, standing.dossier_id, reason, facts)
    journal.add(uow, Actor.account(standing.account_id), fact, await uow.now())
