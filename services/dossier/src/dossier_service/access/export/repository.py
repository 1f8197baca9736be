"""What the tables say of one account, each a statement of its own; nothing of anybody else is read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, text

_GRANTS = text("""
    SELECT g.id, d.id AS dossier_id, d.name AS dossier_name, f.id AS firm_id, f.name AS firm_name,
           p.role, p.given_name, p.family_name, p.email, p.phone, p.language, g.email AS offered_to,
           g."right", g.state,
           coalesce(giver.given_name || ' ' || giver.family_name, holder.given_name || ' ' || holder.family_name)
           AS given_by,
           g.offered_at, g.activated_at, g.ended_at
    FROM access_grant g
    JOIN dossier d ON d.id = g.dossier_id
    JOIN firm f ON f.id = g.firm_id
    JOIN person p ON p.id = g.person_id
    LEFT JOIN membership giver ON giver.id = g.given_by
    LEFT JOIN person holder ON holder.id = g.given_by_person
    WHERE g.account_id = :account
    ORDER BY g.id
""")

_PLACES = text("""
    SELECT m.id, f.id AS firm_id, f.name AS firm_name, m.role, m.state, m.given_name, m.family_name, m.email, m.phone,
           m.language, m.invited_at, m.activated_at
    FROM membership m JOIN firm f ON f.id = m.firm_id
    WHERE m.account_id = :account
    ORDER BY m.id
""")

_JOURNAL = text("""
    SELECT j.id, j.at, j.firm_id, j.dossier_id, j.action, j.subject_kind, j.subject_id, j.rule, j.details,
           j.actor_kind = 'account' AND j.actor_id = :account AS by_yourself
    FROM journal j
    WHERE (j.firm_id, j.subject_id) IN (
        SELECT g.firm_id, g.id FROM access_grant g WHERE g.account_id = :account
        UNION SELECT m.firm_id, m.id FROM membership m WHERE m.account_id = :account)
    ORDER BY j.id
""")


async def grants(uow: UnitOfWork, account_id: UUID) -> Sequence[Row[Any]]:
    """Every grant that was ever linked to the account."""
    return (await uow.session.execute(_GRANTS, {"account": account_id})).all()


async def places(uow: UnitOfWork, account_id: UUID) -> Sequence[Row[Any]]:
    """Every place in a staff that was ever linked to the account."""
    return (await uow.session.execute(_PLACES, {"account": account_id})).all()


async def journal(uow: UnitOfWork, account_id: UUID) -> Sequence[Row[Any]]:
    """What the journal tells of those grants and places."""
    return (await uow.session.execute(_JOURNAL, {"account": account_id})).all()
