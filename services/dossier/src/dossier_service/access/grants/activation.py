"""What identity's word does to offers: each learns its account, and becomes active once that exists (A10)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from event_contracts.firms import NoticeKind
from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.grants import events, repository
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import IDENTITY, Fact
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.notices.service import Happened, tell


async def link_grant(
    uow: UnitOfWork, grant_id: UUID, account_id: UUID, invitation_id: UUID | None, at: datetime, *, active: bool
) -> None:
    """The offer belongs to this account; if that is active already the grant is too, unless it was withdrawn before."""
    found = await repository.lock_with_role(uow, grant_id)
    if found is None:
        return
    grant, _ = found
    if grant.account_id is None:
        grant.account_id, grant.invitation_id = account_id, invitation_id
    if active and grant.account_id == account_id:
        await _activate(uow, [found], at)


async def reinvite_grants(uow: UnitOfWork, grant_ids: Sequence[UUID], account_id: UUID, invitation_id: UUID) -> None:
    """A new invitation took over what an expired one had offered: the grants now wait for the new one.

    Invitation ids are UUIDv7 and so grow; an older one that is heard of later changes nothing.
    """
    for grant in await repository.lock_invited_before(uow, grant_ids, account_id, invitation_id):
        grant.invitation_id = invitation_id


async def activate_grants(uow: UnitOfWork, account_id: UUID, at: datetime) -> None:
    """The account exists now: each of its offered grants becomes active, each with exactly one event (I12)."""
    await _activate(uow, await repository.lock_offered_of_account(uow, account_id), at)


async def _activate(uow: UnitOfWork, found: Sequence[tuple[Grant, PersonRole]], at: datetime) -> None:
    happened = []
    for grant, role in found:
        if law.next_state(grant.state, law.Move.ACTIVATE, role) is not law.GrantState.ACTIVE:
            continue
        grant.state, grant.activated_at, grant.version = law.GrantState.ACTIVE, at, grant.version + 1
        grant.custom_text = None
        fact = Fact("grant_activated", grant.firm_id, "grant", grant.id, "A10", grant.dossier_id)
        journal.add(uow, IDENTITY, fact, at)
        uow.outbox.add(events.grant_activated(grant))
        happened.append(Happened(NoticeKind.ACTIVATED, grant.id, at))
    await tell(uow, happened)
