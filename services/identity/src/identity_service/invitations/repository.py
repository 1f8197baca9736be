"""Every query on offers, invitations and links. The account's row lock guards all that belongs to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.people import Right
from sqlalchemy import and_, case, delete, func, inspect, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.accounts.tables import Account
from identity_service.invitations.domain import DEAD_OFFERS, InvitationState, OfferState, is_silent
from identity_service.invitations.tables import Invitation, InvitationToken, KeptOut, Offer

_FRESH: Mapping[str, Any] = {"populate_existing": True}
_CORE: Mapping[str, Any] = {"synchronize_session": False}


@dataclass(frozen=True)
class OfferRecord:
    """What is on record about an offer id, a tombstone included."""

    state: OfferState
    account_id: UUID | None
    suspended: bool


@dataclass(frozen=True)
class Taken:
    """An offer as it stands once it is whole: what overtook it counts."""

    state: OfferState
    right: Right | None
    suspended: bool
    manager_name: str | None


@dataclass(frozen=True)
class LinkRecord:
    """A link with its invitation and account."""

    token: InvitationToken
    invitation: Invitation
    account: Account


async def offer_record(session: AsyncSession, offer_id: UUID) -> OfferRecord | None:
    """What is known of this offer id, without a lock."""
    statement = select(col(Offer.state), col(Offer.account_id), col(Offer.suspended)).where(
        col(Offer.offer_id) == offer_id
    )
    row = (await session.execute(statement)).first()
    return OfferRecord(row[0], row[1], bool(row[2])) if row else None


async def put_offer(session: AsyncSession, values: Mapping[str, Any]) -> Taken | None:
    """Writes the offer, or completes what overtook it; as it now stands, None when it was whole already."""
    statement = insert(Offer).values(**values)
    changed = col(Offer.right_order).is_not(None)
    details = {name: value for name, value in values.items() if name not in ("offer_id", "state")}
    details["right"] = case((changed, col(Offer.right)), else_=statement.excluded.right)
    statement = statement.on_conflict_do_update(
        index_elements=["offer_id"], set_=details, where=col(Offer.account_id).is_(None)
    )
    returned = statement.returning(col(Offer.state), col(Offer.right), col(Offer.suspended), col(Offer.manager_name))
    row = (await session.execute(returned, execution_options=_FRESH)).one_or_none()
    return Taken(row[0], row[1], bool(row[2]), row[3]) if row else None


async def put_right(session: AsyncSession, offer_id: UUID, firm_id: UUID, right: Right, order: int) -> None:
    """Notes the right that dossier changed an offer to, known or not; an older change is ignored."""
    await _put_newest(session, firm_id, [offer_id], "right", right, order)


async def put_suspended(session: AsyncSession, offer_id: UUID, firm_id: UUID, suspended: bool, order: int) -> bool:
    """Notes whether an offer is suspended, known or not; False when it is dead, or a newer word is known."""
    return await _put_newest(session, firm_id, [offer_id], "suspended", suspended, order)


async def put_manager(session: AsyncSession, offer_ids: Iterable[UUID], firm_id: UUID, name: str, order: int) -> None:
    """Notes who took over the dossier of these offers, known or not; an older handover is ignored."""
    await _put_newest(session, firm_id, offer_ids, "manager_name", name, order)


async def _put_newest(
    session: AsyncSession, firm_id: UUID, offer_ids: Iterable[UUID], field: str, value: object, order: int
) -> bool:
    """Writes one field of offers that are not dead, with the sequence of the word that said it; whether it was news."""
    said = {field: value, f"{field}_order": order}
    rows = [
        {"offer_id": offer_id, "firm_id": firm_id, "state": OfferState.OFFERED, **said}
        for offer_id in sorted(set(offer_ids))
    ]
    if not rows:
        return False
    newer = func.coalesce(inspect(Offer).local_table.columns[f"{field}_order"], -1) < order
    statement = insert(Offer).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=["offer_id"], set_=said, where=and_(newer, col(Offer.state).not_in(DEAD_OFFERS))
    )
    return (await session.execute(statement.returning(col(Offer.offer_id)))).first() is not None


async def put_state(session: AsyncSession, offer_id: UUID, firm_id: UUID, state: OfferState) -> bool:
    """Notes what dossier said of an offer, known or not; False when that changes nothing. Dead is final (A10)."""
    statement = insert(Offer).values(offer_id=offer_id, firm_id=firm_id, state=state)
    statement = statement.on_conflict_do_update(
        index_elements=["offer_id"],
        set_={"state": state},
        where=col(Offer.state).not_in([state, *DEAD_OFFERS]),
    )
    return (await session.execute(statement.returning(col(Offer.offer_id)))).first() is not None


async def waiting_offers(session: AsyncSession, account_id: UUID, firm_id: UUID | None = None) -> Sequence[Offer]:
    """The account's offers that wait, of one firm or of all, oldest first."""
    statement = select(Offer).where(col(Offer.account_id) == account_id, col(Offer.state) == OfferState.OFFERED)
    if firm_id is not None:
        statement = statement.where(col(Offer.firm_id) == firm_id)
    return await _offers(session, statement)


async def mailable_offers(session: AsyncSession, account_id: UUID, firm_id: UUID) -> Sequence[Offer]:
    """The account's offers of one firm that wait and may be mailed about, oldest first."""
    return [offer for offer in await waiting_offers(session, account_id, firm_id) if not is_silent(offer)]


async def living_offers(session: AsyncSession, account_id: UUID) -> Sequence[Offer]:
    """The account's offers that wait or are open, oldest first."""
    statement = select(Offer).where(col(Offer.account_id) == account_id, col(Offer.state).not_in(DEAD_OFFERS))
    return await _offers(session, statement)


async def offer_of(session: AsyncSession, offer_id: UUID, account_id: UUID) -> Offer | None:
    """The account's own offer of this id, whatever became of it."""
    statement = select(Offer).where(col(Offer.offer_id) == offer_id, col(Offer.account_id) == account_id)
    return (await session.scalars(statement.execution_options(**_FRESH))).one_or_none()


async def firms_keeping_out(session: AsyncSession, account_id: UUID) -> set[UUID]:
    """The firms at which the account is deactivated (I11)."""
    statement = select(col(KeptOut.firm_id)).where(
        col(KeptOut.account_id) == account_id, col(KeptOut.deactivated).is_(True)
    )
    return set((await session.scalars(statement)).all())


async def kept_out(session: AsyncSession, firm_id: UUID, account_id: UUID) -> KeptOut | None:
    """What the firm last said of letting this account in. Hold the account's lock."""
    statement = select(KeptOut).where(col(KeptOut.firm_id) == firm_id, col(KeptOut.account_id) == account_id)
    return (await session.scalars(statement.execution_options(**_FRESH))).one_or_none()


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


async def invitation(session: AsyncSession, invitation_id: UUID) -> Invitation | None:
    """The invitation of this id, as it now is."""
    statement = select(Invitation).where(col(Invitation.id) == invitation_id).execution_options(**_FRESH)
    return (await session.scalars(statement)).one_or_none()


async def overdue(session: AsyncSession, before: datetime, limit: int) -> Sequence[Invitation]:
    """Pending invitations whose end is long past, the oldest first, without a lock."""
    statement = (
        select(Invitation)
        .where(col(Invitation.state) == InvitationState.PENDING, col(Invitation.expires_at) < before)
        .order_by(col(Invitation.expires_at))
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def pending_invitations(session: AsyncSession, account_id: UUID) -> Sequence[Invitation]:
    """All pending invitations of the account, over all firms, in the order of their ids."""
    statement = (
        select(Invitation)
        .where(col(Invitation.account_id) == account_id, col(Invitation.state) == InvitationState.PENDING)
        .order_by(col(Invitation.id))
        .execution_options(**_FRESH)
    )
    return (await session.scalars(statement)).all()


async def mark_ladder_ended(session: AsyncSession, invitation_id: UUID) -> None:
    """Notes that no reminder comes from the invitation's ladder, however young the invitation."""
    statement = update(Invitation).where(col(Invitation.id) == invitation_id).values(ladder_ended=True)
    await session.execute(statement)


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


async def forget_offers(session: AsyncSession, account_id: UUID) -> None:
    """Leaves of each offer of the account what a dead one needs to stay dead: id, firm and state (I13)."""
    kept = ("offer_id", "firm_id", "state")
    nothing = {column.name: None for column in inspect(Offer).local_table.columns if column.name not in kept}
    statement = update(Offer).where(col(Offer.account_id) == account_id)
    await session.execute(statement.values(**nothing, state=OfferState.WITHDRAWN).execution_options(**_CORE))


async def forget_invitations(session: AsyncSession, account_id: UUID) -> None:
    """Deletes the account's invitations with their links, and what firms said of letting it in (I13)."""
    of_account = select(col(Invitation.id)).where(col(Invitation.account_id) == account_id)
    for statement in (
        delete(InvitationToken).where(col(InvitationToken.invitation_id).in_(of_account)),
        delete(Invitation).where(col(Invitation.account_id) == account_id),
        delete(KeptOut).where(col(KeptOut.account_id) == account_id),
    ):
        await session.execute(statement.execution_options(**_CORE))
