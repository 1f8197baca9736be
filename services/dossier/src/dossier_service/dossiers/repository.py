"""Queries of the dossiers area: the dossier, its team, and which dossiers somebody has."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, delete, exists, or_, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from dossier_service.dossiers.tables import Dossier, TeamMember
from dossier_service.firms.tables import Firm, Membership

_MINE = text("""
    WITH mine (id) AS (
        SELECT d.id FROM membership m JOIN dossier d ON d.manager_id = m.id
        WHERE m.account_id = :account AND m.state = 'active'
        UNION
        SELECT t.dossier_id FROM membership m JOIN team_member t ON t.membership_id = m.id
        WHERE m.account_id = :account AND m.state = 'active'
        UNION
        SELECT g.dossier_id FROM access_grant g
        WHERE g.account_id = :account AND g.state IN ('offered', 'active')
          AND NOT EXISTS (
              SELECT FROM portal_user u
              WHERE u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated')
    )
    SELECT d.id, d.name, d.firm_id, f.name AS firm_name, d.closed_at
    FROM mine JOIN dossier d ON d.id = mine.id JOIN firm f ON f.id = d.firm_id
    WHERE CAST(:after AS uuid) IS NULL OR d.id > CAST(:after AS uuid)
    ORDER BY d.id LIMIT :limit
""")


MineRow: TypeAlias = Row[Any]
"""A dossier with its firm; the columns are those of the statement above."""


async def lock(uow: UnitOfWork, dossier_id: UUID) -> Dossier | None:
    """The dossier's row, locked: its tree, team and grants change one request at a time."""
    query = select(Dossier).where(col(Dossier.id) == dossier_id).with_for_update(key_share=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def cover(uow: UnitOfWork, dossier_id: UUID) -> tuple[Dossier, Firm, Membership]:
    """A dossier that is known to exist, with its firm and its manager."""
    query = (
        select(Dossier, Firm, Membership)
        .join(Firm, col(Firm.id) == col(Dossier.firm_id))
        .join(Membership, col(Membership.id) == col(Dossier.manager_id))
        .where(col(Dossier.id) == dossier_id)
    )
    row = (await uow.session.execute(query)).one()
    return row[0], row[1], row[2]


async def team(uow: UnitOfWork, dossier_id: UUID) -> Sequence[Membership]:
    """The team of a dossier, its manager not counted."""
    query = (
        select(Membership)
        .join(TeamMember, col(TeamMember.membership_id) == col(Membership.id))
        .where(col(TeamMember.dossier_id) == dossier_id)
        .order_by(col(Membership.id))
    )
    return (await uow.session.execute(query)).scalars().all()


async def add_to_team(uow: UnitOfWork, dossier_id: UUID, membership_id: UUID) -> bool:
    """Adds a member to the team; tells whether that changed anything."""
    statement = insert(TeamMember).values(dossier_id=dossier_id, membership_id=membership_id, added_at=await uow.now())
    added = await uow.session.execute(statement.on_conflict_do_nothing().returning(col(TeamMember.membership_id)))
    return added.first() is not None


async def remove_from_team(uow: UnitOfWork, dossier_id: UUID, membership_id: UUID) -> bool:
    """Removes a member from the team; tells whether that changed anything."""
    removed = await uow.session.execute(
        delete(TeamMember)
        .where(col(TeamMember.dossier_id) == dossier_id, col(TeamMember.membership_id) == membership_id)
        .returning(col(TeamMember.membership_id))
    )
    return removed.first() is not None


async def mine(uow: UnitOfWork, account_id: UUID, after: UUID | None, limit: int) -> Sequence[MineRow]:
    """At most `limit` dossiers somebody manages, helps with or has a live grant on, oldest first, after `after`."""
    result = await uow.session.execute(_MINE, {"account": account_id, "after": after, "limit": limit})
    return result.all()


async def firm_page(
    uow: UnitOfWork, firm_id: UUID, membership_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[tuple[Dossier, Membership]]:
    """At most `limit` dossiers of a firm with their managers; only those of one member unless that is empty."""
    query = (
        select(Dossier, Membership)
        .join(Membership, col(Membership.id) == col(Dossier.manager_id))
        .where(col(Dossier.firm_id) == firm_id)
    )
    if membership_id is not None:
        in_team = exists().where(
            col(TeamMember.dossier_id) == col(Dossier.id), col(TeamMember.membership_id) == membership_id
        )
        query = query.where(or_(col(Dossier.manager_id) == membership_id, in_team))
    if after is not None:
        query = query.where(col(Dossier.id) > after)
    rows = await uow.session.execute(query.order_by(col(Dossier.id)).limit(limit))
    return [(row[0], row[1]) for row in rows]
