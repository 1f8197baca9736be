"""Queries of the closing area: the live grants of a dossier, and everybody who opens it."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import text
from sqlmodel import col, select

from dossier_service.access.domain import LIVE
from dossier_service.access.grants.tables import Grant
from dossier_service.dossiers.closing.domain import Listener
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.dossiers.people.tables import Person

_LISTENERS = text("""
    SELECT g.account_id, p.role
    FROM access_grant g JOIN person p ON p.id = g.person_id
    WHERE g.dossier_id = :dossier AND g.state = 'active' AND p.deceased_on IS NULL AND NOT EXISTS (
        SELECT FROM portal_user u
        WHERE u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated')
    UNION
    SELECT m.account_id, NULL
    FROM dossier d JOIN membership m ON m.firm_id = d.firm_id AND m.state = 'active' AND m.account_id IS NOT NULL
    LEFT JOIN team_member t ON t.dossier_id = d.id AND t.membership_id = m.id
    WHERE d.id = :dossier AND (m.id = d.manager_id OR t.membership_id IS NOT NULL)
    ORDER BY 1
""")


async def lock_live(uow: UnitOfWork, dossier_id: UUID) -> Sequence[tuple[Grant, Person]]:
    """The live grants of a dossier with their people, locked and fresh, in the order of their ids."""
    query = (
        select(Grant, Person)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(col(Grant.dossier_id) == dossier_id, col(Grant.state).in_(LIVE))
        .order_by(col(Grant.id))
        .with_for_update(of=Grant, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in await uow.session.execute(query)]


async def listeners(uow: UnitOfWork, dossier_id: UUID) -> Sequence[Listener]:
    """Whose access is open, and the staff of the dossier; not the dead, nor whom the firm keeps out (I11)."""
    rows = await uow.session.execute(_LISTENERS, {"dossier": dossier_id})
    return [Listener(row.account_id, PersonRole(row.role) if row.role else None) for row in rows]
