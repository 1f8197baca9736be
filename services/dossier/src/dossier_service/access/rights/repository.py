"""The rights page as one statement: everybody of the tree with their newest grant and what is known of its way."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, text

_RIGHTS = text("""
    SELECT p.id AS person_id, p.role, p.relationship, p.related_to, p.given_name, p.family_name, p.language,
           p.email, p.phone, p.version AS person_version,
           g.id AS grant_id, g."right", g.state, g.version AS grant_version, g.email AS offered_to,
           g.offered_at, g.activated_at, g.ended_at, g.given_by,
           giver.given_name || ' ' || giver.family_name AS given_by_name,
           a.state AS account_state, a.user_name,
           g.invitation_id, i.state AS invitation_state, i.expires_at AS invitation_expires_at,
           l.template AS mail_template, l.channel AS mail_channel, l.state AS mail_state, l.reason AS mail_reason,
           l.at AS mail_at, r.due_at AS reminder_due_at
    FROM person p
    LEFT JOIN LATERAL (
        SELECT * FROM access_grant WHERE access_grant.person_id = p.id
        ORDER BY access_grant.state IN ('offered', 'active') DESC, access_grant.offered_at DESC, access_grant.id DESC
        LIMIT 1
    ) g ON true
    LEFT JOIN membership giver ON giver.id = g.given_by
    LEFT JOIN known_account a ON a.account_id = g.account_id
    LEFT JOIN known_invitation i ON i.invitation_id = g.invitation_id
    LEFT JOIN last_mail l ON l.offer_id = g.id
    LEFT JOIN next_reminder r
        ON r.account_id = g.account_id AND r.firm_id = g.firm_id AND g.state = 'offered'
    WHERE p.dossier_id = :dossier AND p.removed_at IS NULL
    ORDER BY p.id
""")


RightsRow: TypeAlias = Row[Any]
"""A person, their newest grant, and what is known of its way; the columns are those of the statement above."""


async def rights_of(uow: UnitOfWork, dossier_id: UUID) -> Sequence[RightsRow]:
    """One row per person of the tree, with or without a grant (A15)."""
    return (await uow.session.execute(_RIGHTS, {"dossier": dossier_id})).all()
