"""Queries of the contacts area; removed contacts are in none of the answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from dossier_service.access.domain import LIVE
from dossier_service.access.grants.tables import Grant
from dossier_service.clients.contacts.tables import Contact
from dossier_service.dossiers.people.tables import Person


async def contact_of(uow: UnitOfWork, client_id: UUID, contact_id: UUID) -> Contact | None:
    """A contact of this client."""
    query = select(Contact).where(
        col(Contact.id) == contact_id, col(Contact.client_id) == client_id, col(Contact.removed_at).is_(None)
    )
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def lock(uow: UnitOfWork, client_id: UUID, contact_id: UUID) -> Contact | None:
    """The same, locked and fresh. Lock the dossiers concerned before."""
    query = select(Contact).where(
        col(Contact.id) == contact_id, col(Contact.client_id) == client_id, col(Contact.removed_at).is_(None)
    )
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def page(uow: UnitOfWork, client_id: UUID, after: UUID | None, limit: int) -> Sequence[Contact]:
    """At most `limit` contacts of a client, oldest first, after `after`."""
    query = select(Contact).where(col(Contact.client_id) == client_id, col(Contact.removed_at).is_(None))
    if after is not None:
        query = query.where(col(Contact.id) > after)
    return (await uow.session.execute(query.order_by(col(Contact.id)).limit(limit))).scalars().all()


async def dossiers_of(uow: UnitOfWork, client_id: UUID, contact_id: UUID) -> Sequence[UUID]:
    """The dossiers in which this contact of the client stands as somebody, in the order of their ids."""
    query = (
        select(Person.dossier_id)
        .join(Contact, col(Contact.id) == col(Person.contact_id))
        .where(col(Contact.id) == contact_id, col(Contact.client_id) == client_id, col(Person.removed_at).is_(None))
    )
    return (await uow.session.execute(query.order_by(col(Person.dossier_id)))).scalars().all()


async def people_of(uow: UnitOfWork, contact_id: UUID) -> Sequence[Person]:
    """The contact as a person of dossiers, in the order of the dossiers' ids."""
    query = select(Person).where(col(Person.contact_id) == contact_id, col(Person.removed_at).is_(None))
    query = query.order_by(col(Person.dossier_id)).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalars().all()


async def person_in(uow: UnitOfWork, dossier_id: UUID, contact_id: UUID) -> Person | None:
    """The contact as a person of one dossier."""
    query = select(Person).where(
        col(Person.contact_id) == contact_id, col(Person.dossier_id) == dossier_id, col(Person.removed_at).is_(None)
    )
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def lock_live_grants(uow: UnitOfWork, contact_id: UUID) -> Mapping[UUID, Grant]:
    """The contact's live grants by person, locked and fresh."""
    query = (
        select(Grant)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(col(Person.contact_id) == contact_id, col(Grant.state).in_(LIVE))
        .order_by(col(Grant.id))
        .with_for_update(of=Grant, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {grant.person_id: grant for grant in (await uow.session.execute(query)).scalars()}


async def has_grant_elsewhere(uow: UnitOfWork, contact_id: UUID, dossier_id: UUID) -> bool:
    """Whether the contact has a live grant on another dossier."""
    query = (
        select(Grant.id)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(col(Person.contact_id) == contact_id, col(Grant.state).in_(LIVE), col(Grant.dossier_id) != dossier_id)
    )
    return (await uow.session.execute(query.limit(1))).first() is not None
