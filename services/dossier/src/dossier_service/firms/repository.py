"""Queries of the firms area."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from dossier_service.firms.domain import LIVE_MEMBERSHIP, MembershipState
from dossier_service.firms.settings.tables import FirmLogo
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
        .execution_options(populate_existing=True)
    )
    return (await uow.session.execute(query)).scalar_one_or_none()


async def live_member(uow: UnitOfWork, firm_id: UUID, membership_id: UUID) -> Membership | None:
    """A membership of this firm that is offered or active; until the end of the transaction nobody removes it.

    Who is given a dossier here is therefore never somebody who is being removed meanwhile.
    """
    query = select(Membership).where(
        col(Membership.id) == membership_id,
        col(Membership.firm_id) == firm_id,
        col(Membership.state).in_(LIVE_MEMBERSHIP),
    )
    return (await uow.session.execute(query.with_for_update(read=True))).scalar_one_or_none()


async def has_live_address(uow: UnitOfWork, firm_id: UUID, email: str) -> bool:
    """Whether an offered or active member of the firm has this address."""
    query = select(Membership.id).where(
        col(Membership.firm_id) == firm_id,
        col(Membership.email) == email,
        col(Membership.state).in_(LIVE_MEMBERSHIP),
    )
    return (await uow.session.execute(query)).first() is not None


async def logo(uow: UnitOfWork, firm_id: UUID) -> bytes | None:
    """The firm's logo as PNG."""
    query = select(FirmLogo.png).where(col(FirmLogo.firm_id) == firm_id)
    return (await uow.session.execute(query)).scalar_one_or_none()
