"""Queries of the firms area."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import update
from sqlmodel import col, select

from dossier_service.firms.domain import LIVE_MEMBERSHIP, MembershipState
from dossier_service.firms.tables import Firm, Membership


async def firm(uow: UnitOfWork, firm_id: UUID) -> Firm:
    """A firm that is known to exist."""
    return (await uow.session.execute(select(Firm).where(col(Firm.id) == firm_id))).scalar_one()


async def lock_firm(uow: UnitOfWork, firm_id: UUID) -> Firm:
    """The firm's row, locked against other changes of its staff."""
    query = select(Firm).where(col(Firm.id) == firm_id).with_for_update(key_share=True)
    return (await uow.session.execute(query)).scalar_one()


async def places_of(uow: UnitOfWork, account_id: UUID) -> Sequence[tuple[Firm, Membership]]:
    """The firms in whose active staff an account is."""
    query = (
        select(Firm, Membership)
        .join(Membership, col(Membership.firm_id) == col(Firm.id))
        .where(col(Membership.account_id) == account_id, col(Membership.state) == MembershipState.ACTIVE)
        .order_by(col(Firm.id), col(Membership.id))
    )
    return [(row[0], row[1]) for row in await uow.session.execute(query)]


async def place_in(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> Membership | None:
    """An account's active membership in one firm; the administrator's one when there are two."""
    query = (
        select(Membership)
        .where(
            col(Membership.account_id) == account_id,
            col(Membership.firm_id) == firm_id,
            col(Membership.state) == MembershipState.ACTIVE,
        )
        .order_by(col(Membership.role).desc(), col(Membership.id))
        .limit(1)
    )
    return (await uow.session.execute(query)).scalar_one_or_none()


async def live_member(uow: UnitOfWork, firm_id: UUID, membership_id: UUID) -> Membership | None:
    """A membership of this firm that is offered or active."""
    query = select(Membership).where(
        col(Membership.id) == membership_id,
        col(Membership.firm_id) == firm_id,
        col(Membership.state).in_(LIVE_MEMBERSHIP),
    )
    return (await uow.session.execute(query)).scalar_one_or_none()


async def has_live_address(uow: UnitOfWork, firm_id: UUID, email: str) -> bool:
    """Whether an offered or active member of the firm has this address."""
    query = select(Membership.id).where(
        col(Membership.firm_id) == firm_id,
        col(Membership.email) == email,
        col(Membership.state).in_(LIVE_MEMBERSHIP),
    )
    return (await uow.session.execute(query)).first() is not None


async def staff_page(uow: UnitOfWork, firm_id: UUID, after: UUID | None, limit: int) -> Sequence[Membership]:
    """At most `limit` live members of a firm, oldest first, after `after`."""
    query = select(Membership).where(col(Membership.firm_id) == firm_id, col(Membership.state).in_(LIVE_MEMBERSHIP))
    if after is not None:
        query = query.where(col(Membership.id) > after)
    return (await uow.session.execute(query.order_by(col(Membership.id)).limit(limit))).scalars().all()


async def link(uow: UnitOfWork, membership_id: UUID, account_id: UUID, invitation_id: UUID | None) -> None:
    """Notes the account an offered membership belongs to."""
    await uow.session.execute(
        update(Membership)
        .where(col(Membership.id) == membership_id, col(Membership.account_id).is_(None))
        .values(account_id=account_id, invitation_id=invitation_id)
    )


async def activate(uow: UnitOfWork, account_id: UUID, at: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Activates every offered membership of an account; returns id and firm of each that changed."""
    changed = await uow.session.execute(
        update(Membership)
        .where(col(Membership.account_id) == account_id, col(Membership.state) == MembershipState.OFFERED)
        .values(state=MembershipState.ACTIVE, activated_at=at)
        .returning(col(Membership.id), col(Membership.firm_id))
    )
    return sorted((row[0], row[1]) for row in changed)
