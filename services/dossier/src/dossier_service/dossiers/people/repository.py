"""Queries of the people area; removed people are in none of the answers."""

from collections.abc import Collection, Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from dossier_service.dossiers.people.domain import TREE_ROLES, PersonRole
from dossier_service.dossiers.people.tables import Person


async def person_in(uow: UnitOfWork, dossier_id: UUID, person_id: UUID) -> Person | None:
    """Anybody of this dossier: of its tree, an adviser, or a contact with access."""
    query = select(Person).where(
        col(Person.id) == person_id, col(Person.dossier_id) == dossier_id, col(Person.removed_at).is_(None)
    )
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def tree(uow: UnitOfWork, dossier_id: UUID) -> Sequence[Person]:
    """Everybody in a dossier's tree, in the order they were entered; advisers and contacts are in no tree."""
    return await with_roles(uow, dossier_id, TREE_ROLES)


async def with_roles(uow: UnitOfWork, dossier_id: UUID, roles: Collection[PersonRole]) -> Sequence[Person]:
    """The people of a dossier who have one of these roles, in the order they were entered."""
    query = select(Person).where(
        col(Person.dossier_id) == dossier_id, col(Person.removed_at).is_(None), col(Person.role).in_(roles)
    )
    return (await uow.session.execute(query.order_by(col(Person.id)))).scalars().all()


async def has_dependants(uow: UnitOfWork, dossier_id: UUID, person_id: UUID) -> bool:
    """Whether somebody of the tree is entered as related to this person."""
    query = select(Person.id).where(
        col(Person.dossier_id) == dossier_id, col(Person.related_to) == person_id, col(Person.removed_at).is_(None)
    )
    return (await uow.session.execute(query)).first() is not None


async def roles(uow: UnitOfWork, dossier_id: UUID) -> frozenset[PersonRole]:
    """The roles that are taken in a dossier's tree."""
    query = select(Person.role).where(col(Person.dossier_id) == dossier_id, col(Person.removed_at).is_(None))
    return frozenset(PersonRole(role) for role in (await uow.session.execute(query.distinct())).scalars())
