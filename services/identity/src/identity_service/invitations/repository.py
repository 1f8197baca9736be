"""Every query on offers, invitations and links. The account's row lock guards all that belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.accounts.tables import Account
from identity_service.invitations.domain import InvitationState, OfferState
from identity_service.invitations.tables import Invitation, InvitationToken, Offer

_FRESH: Mapping[str, Any] = {"populate_existing": True}
_CORE: Mapping[str, Any] = {"synchronize_session": False}


@dataclass(frozen=True)
class OfferRecord:
    """What is on record about an offer id, a tombstone included."""

    state: OfferState
    account_id: UUID | None


@dataclass(frozen=True)
class LinkRecord:
    """A link with its invitation and account."""

    token: InvitationToken
    invitation: Invitation
    account: Account


async def offer_record(session: AsyncSession, offer_id: UUID) -> OfferRecord | None:
    """What is known of this offer id, without a lock."""
    statement = select(col(Offer.state), col(Offer.account_id)).where(col(Offer.offer_id) == offer_id)
    row = (await session.execute(statement)).first()
    return OfferRecord(row[0], row[1]) if row else None


async def put_offer(session: AsyncSession, values: Mapping[str, Any]) -> OfferState | None:
    """Writes the offer, or completes what overtook it; the state it now has, None when it was whole already."""
    details = {name: value for name, value in values.items() if name not in ("offer_id", "state")}
    statement = (
        insert(Offer)
        .values(**values)
        .on_conflict_do_update(index_elements=["offer_id"], set_=details, where=col(Offer.account_id).is_(None))
        .returning(col(Offer.state))
    )
    return (await session.scalars(statement, execution_options=_FRESH)).one_or_none()


async def put_state(session: AsyncSession, offer_id: UUID, firm_id: UUID, state: OfferState) -> bool:
    """Notes what dossier said of an offer, known or not; False when that changes nothing. Withdrawn is final."""
    statement = insert(Offer).values(offer_id=offer_id, firm_id=firm_id, state=state)
    statement = statement.on_conflict_do_update(
        index_elements=["offer_id"],
        set_={"state": state},
        where=col(Offer.state).not_in([state, OfferState.WITHDRAWN]),
    )
    return (await session.execute(statement.returning(col(Offer.offer_id)))).first() is not None


async def waiting_offers(session: AsyncSession, account_id: UUID, firm_id: UUID | None = None) -> Sequence[Offer]:
    """The account's offers that wait, of one firm or of all, oldest first."""
    statement = select(Offer).where(col(Offer.account_id) == account_id, col(Offer.state) == OfferState.OFFERED)
    if firm_id is not None:
        statement = statement.where(col(Offer.firm_id) == firm_id)
    return await _offers(session, statement)


async def living_offers(session: AsyncSession, account_id: UUID) -> Sequence[Offer]:
    """The account's offers that wait or are open, oldest first."""
    statement = select(Offer).where(col(Offer.account_id) == account_id, col(Offer.state) != OfferState.WITHDRAWN)
    return await _offers(session, statement)


async def _offers(session: AsyncSession, statement: Any) -> Sequence[Offer]:
    ordered = statement.order_by(col(Offer.offered_at), col(Offer.offer_id)).execution_options(**_FRESH)
    return (await session.scalars(ordered)).all()


async def latest_invitation(session: AsyncSession, account_id: UUID, firm_id: UUID) -> Invitation | None:
    """The newest invitation of this person by this firm, whatever its state. Hold the account's lock."""
    statement = (
        select(Invitation)
        .where(col(Invitation.account_id) == account_id, col(Invitation.firm_id) == firm_id)
        .order_by(col(Invitation.epoch).desc())
        .limit(1)
        .execution_options(**_FRESH)
    )
    return (await session.scalars(statement)).one_or_none()


async def pending_invitations(session: AsyncSession, account_id: UUID) -> Sequence[Invitation]:
    """All pending invitations of the account, over all firms, in the order of their ids."""
    statement = (
        select(Invitation)
        .where(col(Invitation.account_id) == account_id, col(Invitation.state) == InvitationState.PENDING)
        .order_by(col(Invitation.id))
        .execution_options(**_FRESH)
    )
    return (await session.scalars(statement)).all()


async def add_token(session: AsyncSession, token: InvitationToken) -> bool:
    """Records a link; False when a mail for the same cause went out before."""
    statement = (
        insert(InvitationToken)
        .values(token.model_dump())
        .on_conflict_do_nothing(constraint="invitation_token_cause_key")
        .returning(col(InvitationToken.invitation_id))
    )
    return (await session.execute(statement)).first() is not None


async def link(session: AsyncSession, token_hash: bytes) -> LinkRecord | None:
    """The link with its invitation and account, without a lock. One statement."""
    statement = (
        select(InvitationToken, Invitation, Account)
        .join(Invitation, col(Invitation.id) == col(InvitationToken.invitation_id))
        .join(Account, col(Account.id) == col(Invitation.account_id))
        .where(col(InvitationToken.token_hash) == token_hash)
        .execution_options(**_FRESH)
    )
    row = (await session.execute(statement)).first()
    return LinkRecord(*row) if row else None


async def replace_tokens(session: AsyncSession, invitation_id: UUID, at: datetime) -> None:
    """Kills all links of the invitation (I7, resend)."""
    await session.execute(
        update(InvitationToken)
        .where(col(InvitationToken.invitation_id) == invitation_id, col(InvitationToken.replaced_at).is_(None))
        .values(replaced_at=at)
        .execution_options(**_CORE)
    )


async def renewals_since(session: AsyncSession, account_id: UUID, firm_id: UUID, since: datetime) -> int:
    """How many fresh links the person asked for at this firm since then."""
    statement = (
        select(func.count())
        .select_from(InvitationToken)
        .join(Invitation, col(Invitation.id) == col(InvitationToken.invitation_id))
        .where(
            tuple_(col(Invitation.account_id), col(Invitation.firm_id)) == (account_id, firm_id),
            col(InvitationToken.renewal).is_(True),
            col(InvitationToken.issued_at) > since,
        )
    )
    return (await session.execute(statement)).scalar_one()
