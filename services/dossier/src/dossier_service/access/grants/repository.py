"""Queries of the grants area. Grants are locked in the order of their ids, always."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from dossier_service.access.domain import LIVE, GrantState
from dossier_service.access.grants.tables import Grant
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.dossiers.people.tables import Person
from dossier_service.firms.tables import Membership


async def lock(uow: UnitOfWork, dossier_id: UUID, grant_id: UUID) -> Grant | None:
    """A grant of this dossier, locked and fresh."""
    query = select(Grant).where(col(Grant.id) == grant_id, col(Grant.dossier_id) == dossier_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def lock_live_of_person(uow: UnitOfWork, person_id: UUID) -> Grant | None:
    """The person's live grant, locked and fresh."""
    query = select(Grant).where(col(Grant.person_id) == person_id, col(Grant.state).in_(LIVE))
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def lock_with_role(uow: UnitOfWork, grant_id: UUID) -> tuple[Grant, PersonRole] | None:
    """A grant by its id alone, locked and fresh, with the role of its person."""
    found = await _lock_with_roles(uow, col(Grant.id) == grant_id)
    return found[0] if found else None


async def lock_offered_of_account(uow: UnitOfWork, account_id: UUID) -> Sequence[tuple[Grant, PersonRole]]:
    """The offered grants of an account, locked and fresh, with the roles of their people."""
    return await _lock_with_roles(uow, (col(Grant.account_id) == account_id) & (col(Grant.state) == GrantState.OFFERED))


async def lock_invited_before(
    uow: UnitOfWork, grant_ids: Sequence[UUID], account_id: UUID, invitation_id: UUID
) -> Sequence[Grant]:
    """Those of the account's grants that an older invitation offered, locked and fresh."""
    query = (
        select(Grant)
        .where(col(Grant.id).in_(grant_ids), col(Grant.account_id) == account_id)
        .where(col(Grant.invitation_id) < invitation_id)
        .order_by(col(Grant.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await uow.session.execute(query)).scalars().all()


async def _lock_with_roles(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[tuple[Grant, PersonRole]]:
    query = (
        select(Grant, Person.role)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(condition)
        .order_by(col(Grant.id))
        .with_for_update(of=Grant, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [(row[0], PersonRole(row[1])) for row in await uow.session.execute(query)]


async def address_in_use(uow: UnitOfWork, dossier_id: UUID, email: str) -> bool:
    """Whether somebody's live grant on this dossier was offered to this address."""
    query = select(Grant.id).where(
        col(Grant.dossier_id) == dossier_id, col(Grant.email) == email, col(Grant.state).in_(LIVE)
    )
    return (await uow.session.execute(query)).first() is not None


async def known_address(uow: UnitOfWork, firm_id: UUID, email: str) -> bool:
    """Whether the firm ever offered anything to this address."""
    query = select(Grant.id).where(col(Grant.firm_id) == firm_id, col(Grant.email) == email).limit(1)
    return (await uow.session.execute(query)).first() is not None


async def new_addresses_since(uow: UnitOfWork, membership_id: UUID, since: datetime) -> int:
    """How many addresses new to the firm this giver has granted to, counted one offer at a time."""
    lock_giver = select(Membership.id).where(col(Membership.id) == membership_id).with_for_update(key_share=True)
    await uow.session.execute(lock_giver)
    query = (
        select(func.count())
        .select_from(Grant)
        .where(col(Grant.given_by) == membership_id, col(Grant.offered_at) > since, col(Grant.new_address))
    )
    return (await uow.session.execute(query)).scalar_one()
