"""Use cases of the handover area: another manager, and the sender's name of what is mailed follows (A1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.handover import events, repository
from dossier_service.dossiers.handover.domain import why_not_hand_over_all
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms import repository as firms
from dossier_service.firms.service import member_of
from dossier_service.firms.tables import Membership
from dossier_service.notices.service import tell_managers


@dataclass(frozen=True, slots=True)
class _Handover:
    """Who hands over, by which name, and why."""

    account_id: UUID
    by: str
    reason: str


async def hand_over(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, membership_id: UUID, reason: str) -> None:
    """The manager, or an administrator, names another manager (A1); the one before stays in the team until removed."""
    dossier = await dossiers.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    standing = await standing_in(uow, account_id, dossier_id)
    require(law.why_not_hand_over(standing))
    assert standing.staff is not None  # the law let them
    await _give(uow, _Handover(account_id, standing.staff.name, reason), dossier.firm_id, [dossier], membership_id)


async def hand_over_all(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, membership_id: UUID, heir_id: UUID, reason: str
) -> Sequence[Dossier]:
    """All dossiers of a manager get another one, in one step (A1); who manages none has nothing to hand over."""
    caller = await member_of(uow, account_id, firm_id)
    manager = await repository.member(uow, firm_id, membership_id)
    if manager is None:
        raise unknown()
    require(why_not_hand_over_all(caller.role, is_manager=manager.account_id == account_id))
    managed = await repository.lock_managed(uow, manager.id)
    return await _give(uow, _Handover(account_id, caller.name, reason), firm_id, managed, heir_id)


async def _give(
    uow: UnitOfWork, handover: _Handover, firm_id: UUID, locked: Sequence[Dossier], heir_id: UUID
) -> Sequence[Dossier]:
    """Locked dossiers of one manager go to somebody of the firm's staff; returns those that changed hands."""
    heir = await firms.live_member(uow, firm_id, heir_id)
    if heir is None:
        raise unknown()
    given = [dossier for dossier in locked if dossier.manager_id != heir.id]
    if not given:
        return given
    ids, previous = [dossier.id for dossier in given], given[0].manager_id
    # Who declined the place meanwhile, or had the account erased, is in no team any more (A14).
    if await firms.live_member(uow, firm_id, previous) is not None:
        await repository.join_teams(uow, ids, previous)
    await repository.leave_teams(uow, ids, heir.id)
    for dossier in given:
        dossier.manager_id, dossier.version = heir.id, dossier.version + 1
    await uow.session.flush()
    await _say(uow, handover, given, heir, previous)
    return given


async def _say(
    uow: UnitOfWork, handover: _Handover, given: Sequence[Dossier], heir: Membership, previous: UUID
) -> None:
    """Journal, the name under which mails go out from now on, and the new manager's own news."""
    at, actor = await uow.now(), Actor.account(handover.account_id)
    offers = await repository.given_by_staff(uow, [dossier.id for dossier in given])
    for dossier in given:
        details = {"previous": previous}
        fact = Fact(
            "dossier_handed_over", dossier.firm_id, "membership", heir.id, "A1", dossier.id, handover.reason, details
        )
        journal.add(uow, actor, fact, at)
        uow.outbox.add(events.dossier_handed_over(dossier, heir.name, offers.get(dossier.id, ())))
    lines = [events.news(dossier, at, handover.by, handover.reason) for dossier in given]
    await tell_managers(uow, lines, actor=handover.account_id)
