"""Queries on all that identity holds about one person, for export and erasure."""

from collections.abc import Sequence
from uuid import UUID

from event_contracts.people import OfferKind
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.invitations.domain import OfferState
from identity_service.invitations.tables import Invitation, Offer
from identity_service.sessions.tables import Session


async def staff_places(session: AsyncSession, account_id: UUID) -> Sequence[OfferState]:
    """How the person's places in firms' staff stand, ended ones included."""
    statement = select(col(Offer.state)).where(col(Offer.account_id) == account_id, col(Offer.kind) == OfferKind.FIRM)
    return (await session.scalars(statement)).all()


async def sessions_of(session: AsyncSession, account_id: UUID) -> Sequence[Session]:
    """Every session on record, oldest first."""
    statement = (
        select(Session).where(col(Session.account_id) == account_id).order_by(col(Session.created_at), col(Session.id))
    )
    return (await session.scalars(statement)).all()


async def offers_of(session: AsyncSession, account_id: UUID) -> Sequence[Offer]:
    """Every access that was ever offered to the person, oldest first."""
    statement = (
        select(Offer).where(col(Offer.account_id) == account_id).order_by(col(Offer.offered_at), col(Offer.offer_id))
    )
    return (await session.scalars(statement)).all()


async def invitations_of(session: AsyncSession, account_id: UUID) -> Sequence[Invitation]:
    """Every invitation of the person, oldest first."""
    statement = (
        select(Invitation)
        .where(col(Invitation.account_id) == account_id)
        .order_by(col(Invitation.created_at), col(Invitation.id))
    )
    return (await session.scalars(statement)).all()
