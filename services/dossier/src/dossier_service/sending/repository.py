"""Who would get a mail, by the names the firm itself keeps; nothing here reads what is known of accounts (I1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from event_contracts.people import Language, OfferKind, Right
from service_kit.db import UnitOfWork
from sqlalchemy import Row, text

from dossier_service.sending.domain import Addressee, Offered

_OFFER = text("""
    SELECT p.given_name, p.family_name, p.language, g.email, g.state, g."right", d.name AS dossier_name, NULL AS role
    FROM access_grant g JOIN person p ON p.id = g.person_id JOIN dossier d ON d.id = g.dossier_id
    WHERE g.id = :offer
    UNION ALL
    SELECT m.given_name, m.family_name, m.language, m.email, m.state, NULL, NULL, m.role
    FROM membership m WHERE m.id = :offer
""")

_BY_ACCOUNT = text("""
    SELECT DISTINCT ON (account_id) account_id, given_name, family_name, language FROM (
        SELECT g.account_id, p.given_name, p.family_name, p.language, g.id
        FROM access_grant g JOIN person p ON p.id = g.person_id
        WHERE g.firm_id = :firm AND g.account_id = ANY(CAST(:accounts AS uuid[]))
        UNION ALL
        SELECT m.account_id, m.given_name, m.family_name, m.language, m.id FROM membership m
        WHERE m.firm_id = :firm AND m.account_id = ANY(CAST(:accounts AS uuid[]))
    ) known ORDER BY account_id, id DESC
""")

_CENTRAL = text("""
    SELECT p.id AS person_id, btrim(p.given_name || ' ' || p.family_name) AS name, p.role, g.account_id,
           u.account_id IS NOT NULL AS deactivated, p.deceased_on IS NOT NULL AS deceased,
           p.email IS NULL AS unreachable
    FROM person p
    LEFT JOIN access_grant g ON g.person_id = p.id AND g.state = 'active'
    LEFT JOIN portal_user u ON u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated'
    WHERE p.dossier_id = ANY(CAST(:dossiers AS uuid[])) AND p.removed_at IS NULL AND p.role IN ('holder', 'co_holder')
    ORDER BY p.id
""")

CentralRow: TypeAlias = Row[Any]
"""A holder or co-holder; the columns are those of the last statement above."""


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """Whom an offer is for and what it offers; `active`: its person has opened it."""

    to: Addressee
    offered: Offered
    active: bool


async def offer_facts(uow: UnitOfWork, offer_id: UUID) -> OfferFacts:
    """An offer that is known to exist: a grant, or a place in the staff."""
    row = (await uow.session.execute(_OFFER, {"offer": offer_id})).one()
    to = Addressee(row.given_name, row.family_name, Language(row.language), row.email)
    kind = OfferKind.FIRM if row.role else OfferKind.DOSSIER
    offered = Offered(kind, row.dossier_name, Right(row.right) if row.right else None, row.role)
    return OfferFacts(to, offered, row.state == "active")


async def names_of(uow: UnitOfWork, firm_id: UUID, accounts: Collection[UUID]) -> Mapping[UUID, Addressee]:
    """How this firm names the people behind these accounts; their addresses are their own."""
    rows = await uow.session.execute(_BY_ACCOUNT, {"firm": firm_id, "accounts": sorted(accounts)})
    return {row.account_id: Addressee(row.given_name, row.family_name, Language(row.language)) for row in rows}


async def central_people(uow: UnitOfWork, dossiers: Collection[UUID]) -> Sequence[CentralRow]:
    """The holders and co-holders of these dossiers, with the account of their open access, if they have one."""
    return (await uow.session.execute(_CENTRAL, {"dossiers": sorted(dossiers)})).all()


async def people_of(uow: UnitOfWork, grants: Collection[UUID]) -> frozenset[UUID]:
    """The persons these grants are for."""
    query = text("SELECT person_id FROM access_grant WHERE id = ANY(CAST(:grants AS uuid[]))")
    return frozenset((await uow.session.execute(query, {"grants": sorted(grants)})).scalars())
