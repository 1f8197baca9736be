"""What identity's word does to places in a staff: each learns its account, is taken, declined or given up (A14)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import IDENTITY, Actor, Fact
from dossier_service.firms import events
from dossier_service.firms.staff import repository
from dossier_service.firms.staff.repository import ChangedPlace


async def link_place(uow: UnitOfWork, membership_id: UUID, account_id: UUID, invitation_id: UUID | None) -> None:
    """The offered place belongs to this account."""
    await repository.link(uow, membership_id, account_id, invitation_id)


async def reinvite_places(
    uow: UnitOfWork, membership_ids: Collection[UUID], account_id: UUID, invitation_id: UUID
) -> None:
    """A new invitation took over what an expired one had offered."""
    await repository.relink(uow, membership_ids, account_id, invitation_id)


async def activate_places(uow: UnitOfWork, account_id: UUID) -> None:
    """Every offered place of an account that has a verified phone is taken, each with exactly one event (A14)."""
    at = await uow.now()
    for place in await repository.activate(uow, account_id, at):
        journal.add(uow, IDENTITY, Fact("staff_joined", place.firm_id, "membership", place.membership_id, "A14"), at)
        uow.outbox.add(events.staff_joined(place.membership_id, place.firm_id, account_id, place.role))


async def decline_places(uow: UnitOfWork, firm_id: UUID, offer_ids: Collection[UUID], account_id: UUID) -> None:
    """The person declined what a firm offered: those of the offers that are places in its staff end (I5).

    One that was taken because an activation overtook this word ends too. Ids of grants and of somebody else's places
    are passed over.
    """
    at = await uow.now()
    ended = await repository.decline(uow, firm_id, offer_ids, account_id, at)
    await _say_ended(uow, ended, Actor.account(account_id), "staff_declined", "I5", at)


async def forget_places(uow: UnitOfWork, account_id: UUID) -> None:
    """The account was erased: every place of it ends, and how its person was reached is forgotten (I13)."""
    at = await uow.now()
    ended = await repository.forget(uow, account_id, at)
    await _say_ended(uow, ended, Actor.account(account_id), "staff_erased", "I13", at)


async def _say_ended(
    uow: UnitOfWork, ended: Sequence[ChangedPlace], actor: Actor, action: str, rule: str, at: datetime
) -> None:
    if not ended:
        return
    for place in ended:
        journal.add(uow, actor, Fact(action, place.firm_id, "membership", place.membership_id, rule), at)
        uow.outbox.add(events.staff_removed(place.membership_id, place.firm_id, place.account_id))
    await leave_teams(uow, {place.membership_id: place.firm_id for place in ended}, actor, at)


async def leave_teams(uow: UnitOfWork, firms: dict[UUID, UUID], actor: Actor, at: datetime) -> None:
    """Who is no more in a firm's staff is in none of its teams; each dossier's journal tells (A11, A14)."""
    for dossier_id, membership_id in await repository.leave_teams(uow, firms):
        fact = Fact("team_member_removed", firms[membership_id], "membership", membership_id, "A14", dossier_id)
        journal.add(uow, actor, fact, at)
