"""The rights page as one statement: everybody of a dossier with their newest grant and what is known of its way."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, text

from dossier_service.access.projections.repository import UNDELIVERABLE

_RIGHTS = text(f"""
    WITH listed AS (
        SELECT p.id AS person_id, p.contact_id, p.role, p.relationship, p.related_to, p.given_name, p.family_name,
               p.language, p.email, p.phone, p.version AS person_version, p.adviser_kind, p.organisation,
               p.entered_by, p.deceased_on
        FROM person p
        WHERE p.dossier_id = :dossier AND p.removed_at IS NULL
        UNION ALL
        SELECT NULL, c.id, 'client', NULL, NULL, '', c.name,
               c.language, c.email, coalesce(c.mobile, c.phone), c.version, NULL, NULL,
               NULL, NULL
        FROM dossier d JOIN contact c ON c.client_id = d.client_id
        WHERE d.id = :dossier AND c.removed_at IS NULL AND NOT EXISTS (
            SELECT FROM person p WHERE p.dossier_id = d.id AND p.contact_id = c.id AND p.removed_at IS NULL)
    )
    SELECT p.*, k.name AS contact_name, k.title AS contact_title, k.department AS contact_department,
           d.closed_access IS NOT NULL AS closed,
           g.id AS grant_id, g."right", g.state, g.version AS grant_version, g.email AS offered_to,
           g.offered_at, g.activated_at, g.ended_at, g.given_by, g.given_by_person,
           coalesce(giver.given_name || ' ' || giver.family_name, holder.given_name || ' ' || holder.family_name)
           AS given_by_name,
           g.networks, g.branch_id, b.name AS branch_name,
           a.state AS account_state, coalesce(a.user_name, g.user_name) AS user_name,
           g.invitation_id, i.expires_at AS invitation_expires_at,
           CASE WHEN i.state = 'pending' AND i.expires_at <= app_now() THEN 'expired' ELSE i.state
           END AS invitation_state,
           l.template AS mail_template, l.channel AS mail_channel, l.state AS mail_state, l.reason AS mail_reason,
           l.at AS mail_at,
           w.template AS withheld_template, w.channel AS withheld_channel, w.state AS withheld_state,
           w.reason AS withheld_reason, w.at AS withheld_at,
           {UNDELIVERABLE} AS undeliverable,
           u.account_id IS NOT NULL AS deactivated, u.reason AS deactivation_reason,
           r.due_at AS reminder_due_at, resent.count AS resends
    FROM listed p
    JOIN dossier d ON d.id = :dossier
    LEFT JOIN contact k ON k.id = p.contact_id
    LEFT JOIN LATERAL (
        SELECT * FROM access_grant WHERE access_grant.person_id = p.person_id
        ORDER BY access_grant.state IN ('offered', 'active') DESC, access_grant.offered_at DESC, access_grant.id DESC
        LIMIT 1
    ) g ON true
    LEFT JOIN branch b ON b.id = g.branch_id
    LEFT JOIN membership giver ON giver.id = g.given_by
    LEFT JOIN person holder ON holder.id = g.given_by_person
    LEFT JOIN known_account a ON a.account_id = g.account_id AND g.state IN ('offered', 'active')
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
    WHERE CAST(:contact AS uuid) IS NULL OR p.contact_id = CAST(:contact AS uuid)
    ORDER BY p.person_id, p.contact_id
""")  # noqa: S608  # constants of this service


RightsRow: TypeAlias = Row[Any]
"""Somebody, their newest grant, and what is known of its way; the columns are those of the statement above.

A contact of the client company is a person of the dossier once access was given; before, there is no `person_id`.
"""


async def rights_of(uow: UnitOfWork, dossier_id: UUID, *, contact_id: UUID | None = None) -> Sequence[RightsRow]:
    """One row per person of the tree, adviser and contact of the client, with or without a grant; or one contact's."""
    return (await uow.session.execute(_RIGHTS, {"dossier": dossier_id, "contact": contact_id})).all()
