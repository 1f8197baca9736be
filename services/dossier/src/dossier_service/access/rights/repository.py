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
           g.invitation_id, i.expires_at AS invitation_expires_at,
           CASE WHEN i.state = 'pending' AND i.expires_at <= app_now() THEN 'expired' ELSE i.state
           END AS invitation_state,
           l.template AS mail_template, l.channel AS mail_channel, l.state AS mail_state, l.reason AS mail_reason,
           l.at AS mail_at,
           w.template AS withheld_template, w.channel AS withheld_channel, w.state AS withheld_state,
           w.reason AS withheld_reason, w.at AS withheld_at,
           coalesce(l.permanent, false) OR coalesce(a.undeliverable_at > coalesce(a.delivered_at, '-infinity'), false)
           AS undeliverable,
           u.account_id IS NOT NULL AS deactivated, u.reason AS deactivation_reason,
           r.due_at AS reminder_due_at, resent.count AS resends
    FROM person p
    LEFT JOIN LATERAL (
        SELECT * FROM access_grant WHERE access_grant.person_id = p.id
        ORDER BY access_grant.state IN ('offered', 'active') DESC, access_grant.offered_at DESC, access_grant.id DESC
        LIMIT 1
    ) g ON true
    LEFT JOIN membership giver ON giver.id = g.given_by
    LEFT JOIN known_account a ON a.account_id = g.account_id
    LEFT JOIN known_invitation i ON i.invitation_id = g.invitation_id
    LEFT JOIN last_mail l ON l.offer_id = g.id AND l.slot = 'outcome'
    LEFT JOIN last_mail w ON w.offer_id = g.id AND w.slot = 'withheld' AND (l.at IS NULL OR w.at > l.at)
    LEFT JOIN portal_user u ON u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated'
    LEFT JOIN next_reminder r
        ON r.account_id = g.account_id AND r.firm_id = g.firm_id AND g.state = 'offered'
    LEFT JOIN LATERAL (
        SELECT count(*) FROM resend
        WHERE resend.firm_id = g.firm_id AND resend.email = g.email AND resend.at > app_now() - interval '1 hour'
    ) resent ON true
    WHERE p.dossier_id = :dossier AND p.removed_at IS NULL
    ORDER BY p.id
""")


RightsRow: TypeAlias = Row[Any]
"""A person, their newest grant, and what is known of its way; the columns are those of the statement above."""


async def rights_of(uow: UnitOfWork, dossier_id: UUID) -> Sequence[RightsRow]:
    """One row per person of the tree, with or without a grant (A15)."""
    return (await uow.session.execute(_RIGHTS, {"dossier": dossier_id})).all()
