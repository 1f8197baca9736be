"""Accepting an invitation: one activation however often it is sent, and no lock is held while hashing (I4, I12)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from service_kit.db import UnitOfWork
from service_kit.user_names import checked_name

from identity_service.accounts import repository as accounts
from identity_service.accounts.service import choose_name
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import InvitationState, LinkState, best_known, dead_link
from identity_service.invitations.events import account_activated, invitation_accepted
from identity_service.invitations.links import Link, look_up, require_live
from identity_service.passwords.domain import is_repeat
from identity_service.passwords.service import hash_new


@dataclass(frozen=True)
class Accepted:
    """The account as it was made; the same answer for every equal repeat."""

    account_id: UUID
    user_name: str


async def accept(deps: IdentityDeps, token: str, password: str, user_name: str | None) -> Accepted:
    """Makes the account with this password and settles all its invitations.

    Idempotent by state, not by key: whoever repeats the request with the same password within a while hears
    the same answer; with another password the link is simply used.
    """
    async with deps.database.transaction() as uow:
        link = await look_up(uow, token)
        now = await uow.now()
    if link.state is LinkState.USED:
        return await _repeat(deps, link, password, now)
    require_live(link)
    chosen = checked_name(user_name) if user_name else link.user_name
    encoded = await hash_new(deps, password, names=(chosen, link.email))
    async with deps.database.transaction() as uow:
        accepted = await _activate(uow, token, link, encoded, chosen)
        if accepted is not None:
            return accepted
        link, now = await look_up(uow, token), await uow.now()
    return await _repeat(deps, link, password, now)


async def _repeat(deps: IdentityDeps, link: Link, password: str, now: datetime) -> Accepted:
    """Another equal request was first, or this one came twice."""
    if is_repeat(link.activated_at, now) and await deps.passwords.verify(link.password_hash, password):
        return Accepted(link.account_id, link.user_name)
    raise dead_link(LinkState.USED)


async def _activate(uow: UnitOfWork, token: str, link: Link, encoded: str, chosen: str) -> Accepted | None:
    """None when the account became active since the link was read. A withdrawal in between makes it a dead link."""
    account = await accounts.lock(uow.session, link.account_id)
    if account is None or account.state is AccountState.ACTIVE:
        return None
    require_live(await look_up(uow, token))
    account.user_name = await choose_name(uow, account, chosen)
    account.password_hash, account.activated_at = encoded, await uow.now()
    account.state = AccountState.ACTIVE
    await _settle(uow, account, link.firm_id)
    return Accepted(account.id, account.user_name)


async def _settle(uow: UnitOfWork, account: Account, firm_id: UUID) -> None:
    """Accepting any invitation settles them all (I2); the account takes its data from the firm whose link was used."""
    offers = await repository.waiting_offers(uow.session, account.id)
    if offers:
        best, account.phone = best_known(offers, firm_id)
        account.given_name, account.family_name, account.language = best.given_name, best.family_name, best.language
    for invitation in await repository.pending_invitations(uow.session, account.id):
        invitation.state, invitation.settled_at = InvitationState.ACCEPTED, await uow.now()
        uow.outbox.add(invitation_accepted(invitation, offers))
    uow.outbox.add(account_activated(account))
