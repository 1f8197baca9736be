"""What a link is worth: looking changes nothing (I6); a dead one may ask for a fresh mail to its address (I7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.errors import DomainError, RateLimited
from service_kit.ids import new_id

from identity_service.accounts import repository as accounts
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import (
    RENEWALS_PER_HOUR,
    LinkState,
    dead_link,
    is_silent,
    link_state,
    suspended_invitation,
    unknown_link,
)
from identity_service.invitations.repository import LinkRecord
from identity_service.invitations.resending import Ask, mail_anew
from identity_service.invitations.tables import Offer
from identity_service.randomness import token_hash


@dataclass(frozen=True)
class Link:
    """One link as its page or an API answer shows it: of the inviting firm only (A13)."""

    state: LinkState
    account_id: UUID
    user_name: str
    email: str
    password_hash: str | None
    activated_at: datetime | None
    firm_id: UUID
    firm_name: str
    language: Language
    dossiers: tuple[str, ...]
    expires_at: datetime


async def look_up(uow: UnitOfWork, token: str) -> Link:
    """The link's present state; NotFound when there never was one."""
    record = await repository.link(uow.session, token_hash(token))
    if record is None:
        raise unknown_link()
    return _link(record, await _offers_of(uow, record), await uow.now())


async def _offers_of(uow: UnitOfWork, record: LinkRecord) -> Sequence[Offer]:
    """Of the inviting firm only (A13)."""
    offers = await repository.living_offers(uow.session, record.account.id)
    return [offer for offer in offers if offer.firm_id == record.invitation.firm_id]


def require_live(link: Link) -> None:
    """Raises Gone with the reason when the link is dead (I6)."""
    if link.state is not LinkState.PENDING:
        raise dead_link(link.state)


def _state_of(record: LinkRecord, offers: Sequence[Offer], now: datetime) -> LinkState:
    return link_state(
        record.invitation.state,
        account_active=record.account.state is AccountState.ACTIVE,
        anything_offered=bool(offers),
        expires_at=record.invitation.expires_at,
        replaced_at=record.token.replaced_at,
        now=now,
    )


def _link(record: LinkRecord, offers: Sequence[Offer], now: datetime) -> Link:
    account, newest = record.account, offers[-1] if offers else None
    return Link(
        state=_state_of(record, offers, now),
        account_id=account.id,
        user_name=account.user_name,
        email=account.email,
        password_hash=account.password_hash,
        activated_at=account.activated_at,
        firm_id=record.invitation.firm_id,
        firm_name=newest.firm_name if newest else "",
        language=newest.language if newest else account.language,
        dossiers=tuple(offer.dossier_name for offer in offers if offer.dossier_name),
        expires_at=record.invitation.expires_at,
    )


async def renew(uow: UnitOfWork, deps: IdentityDeps, token: str) -> None:
    """Mails a fresh link to the invited address, for an expired or replaced one; older links die (I7)."""
    record = await repository.link(uow.session, token_hash(token))
    if record is None:
        raise unknown_link()
    account = await accounts.lock(uow.session, record.account.id)
    record = await repository.link(uow.session, token_hash(token))
    if account is None or record is None:
        raise unknown_link()
    offers = await _offers_of(uow, record)
    state = _state_of(record, offers, await uow.now())
    if state not in (LinkState.EXPIRED, LinkState.REPLACED):
        raise _cannot_renew(state)
    if all(is_silent(offer) for offer in offers):
        raise suspended_invitation()
    await _check_limit(uow, account.id, record.invitation.firm_id)
    ask = Ask(cause=f"renewal:{new_id()}", by_person=True)
    if not await mail_anew(uow, deps, account, record.invitation.firm_id, ask):
        raise dead_link(LinkState.REVOKED)


def _cannot_renew(state: LinkState) -> DomainError:
    if state is LinkState.PENDING:
        return RateLimited("invitation_pending", "This link still works.", rule="I7", retry_after=3600)
    return dead_link(state)


async def _check_limit(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> None:
    hour_ago = await uow.now() - timedelta(hours=1)
    if await repository.renewals_since(uow.session, account_id, firm_id, hour_ago) >= RENEWALS_PER_HOUR:
        raise RateLimited("too_many_renewals", "Too many fresh links were asked for.", rule="I7", retry_after=3600)
