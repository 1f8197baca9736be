"""Queries of the publications area: whom a plan may reach, who has a version already, what was published."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, text
from sqlmodel import col, select

from dossier_service.access.domain import GrantState
from dossier_service.access.projections.repository import UNDELIVERABLE
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.plans.publications.domain import Reader
from dossier_service.plans.publications.tables import PlanPublication, PlanRecipient

# The firm's own address of somebody is the one it keeps now: after joining it may have been adjusted, and the grant
# still says where it was offered. Undeliverable is what the rights page shows of the grant (M5).
_READERS = text(f"""
    SELECT g.id AS grant_id, g.person_id, btrim(p.given_name || ' ' || p.family_name) AS name, p.role, g.state,
           coalesce(p.email, g.email) AS email, g.account_id, g.branch_id, p.deceased_on IS NOT NULL AS deceased,
           u.account_id IS NOT NULL AS deactivated,
           {UNDELIVERABLE} AS undeliverable
    FROM access_grant g
    JOIN person p ON p.id = g.person_id
    LEFT JOIN known_account a ON a.account_id = g.account_id
    LEFT JOIN last_mail l ON l.offer_id = g.id AND l.slot = 'outcome'
    LEFT JOIN portal_user u ON u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated'
    WHERE g.dossier_id = :dossier AND g.id = ANY(CAST(:grants AS uuid[]))
""")  # noqa: S608  # constants of this service

_PUBLICATIONS = text("""
    SELECT pub.id, pub.version, v.title, pub.published_at, m.given_name || ' ' || m.family_name AS published_by
    FROM plan_publication pub
    JOIN plan_version v ON v.plan_id = pub.plan_id AND v.version = pub.version
    JOIN membership m ON m.id = pub.published_by
    WHERE pub.plan_id = :plan
      AND (CAST(:only AS uuid) IS NULL OR pub.id = CAST(:only AS uuid))
      AND (CAST(:before AS uuid) IS NULL OR pub.id < CAST(:before AS uuid))
    ORDER BY pub.id DESC LIMIT :limit
""")

_RECIPIENTS = text("""
    SELECT r.publication_id, r.grant_id, r.person_id,
           btrim(p.given_name || ' ' || p.family_name) AS name, p.role, r.told
    FROM plan_recipient r JOIN person p ON p.id = r.person_id
    WHERE r.publication_id = ANY(CAST(:publications AS uuid[]))
    ORDER BY r.publication_id, r.person_id
""")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a version was published to; `told`: a mail went out."""

    grant_id: UUID
    person_id: UUID
    name: str
    role: PersonRole
    told: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """One act of publishing, with the people it was for."""

    id: UUID
    version: int
    title: str
    published_at: datetime
    published_by: str
    recipients: tuple[Recipient, ...]


async def readers(uow: UnitOfWork, dossier_id: UUID, grant_ids: Collection[UUID]) -> Mapping[UUID, Reader]:
    """Who holds these grants on this dossier, live or ended, by grant."""
    rows = await uow.session.execute(_READERS, {"dossier": dossier_id, "grants": sorted(grant_ids)})
    return {row.grant_id: _reader(row) for row in rows}


def _reader(row: Row[Any]) -> Reader:
    return Reader(**{**row._mapping, "role": PersonRole(row.role), "state": GrantState(row.state)})


async def having(uow: UnitOfWork, plan_id: UUID, version: int, people: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Those of these people to whom the version was published before: person to the newest such publication."""
    query = select(PlanRecipient.person_id, PlanRecipient.publication_id).where(
        col(PlanRecipient.person_id).in_(people),
        col(PlanRecipient.plan_id) == plan_id,
        col(PlanRecipient.version) == version,
    )
    rows = await uow.session.execute(query.order_by(col(PlanRecipient.publication_id)))
    return {row[0]: row[1] for row in rows}


def keep(uow: UnitOfWork, publication: PlanPublication, new: Sequence[Reader]) -> None:
    """Adds a publication and those it is for."""
    uow.session.add(publication)
    for reader in new:
        row = PlanRecipient(
            publication_id=publication.id,
            person_id=reader.person_id,
            grant_id=reader.grant_id,
            plan_id=publication.plan_id,
            version=publication.version,
            told=reader.has_joined,
        )
        uow.session.add(row)


async def publication(uow: UnitOfWork, plan_id: UUID, publication_id: UUID) -> Publication:
    """A publication that is known to exist."""
    return (await _publications(uow, plan_id, only=publication_id))[0]


async def page(uow: UnitOfWork, plan_id: UUID, before: UUID | None, limit: int) -> Sequence[Publication]:
    """At most `limit` publications of a plan, newest first, older than `before`."""
    return await _publications(uow, plan_id, before=before, limit=limit)


async def _publications(
    uow: UnitOfWork, plan_id: UUID, *, only: UUID | None = None, before: UUID | None = None, limit: int = 1
) -> Sequence[Publication]:
    values = {"plan": plan_id, "only": only, "before": before, "limit": limit}
    rows = (await uow.session.execute(_PUBLICATIONS, values)).all()
    found: dict[UUID, list[Recipient]] = defaultdict(list)
    for row in await uow.session.execute(_RECIPIENTS, {"publications": [row.id for row in rows]}):
        found[row.publication_id].append(
            Recipient(row.grant_id, row.person_id, row.name, PersonRole(row.role), row.told)
        )
    return [Publication(**row._mapping, recipients=tuple(found[row.id])) for row in rows]
