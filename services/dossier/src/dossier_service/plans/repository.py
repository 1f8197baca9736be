"""Queries of the plans area; what an outside party reads is one condition, in every statement (A7, A9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, text
from sqlmodel import col, select

from dossier_service.plans.domain import Reach
from dossier_service.plans.tables import Plan

# The versions of the plan `p` that somebody reads: staff all; others those published to a person whose grant they
# hold now, and a contact who is limited to a branch only that branch's plans (A9).
_READ = """
    SELECT v.version, v.title, v.content, v.written_at, v.written_by, v.change_id, published.at AS published_at
    FROM plan_version v
    CROSS JOIN LATERAL (
        SELECT min(pub.published_at) AS at FROM plan_publication pub
        WHERE pub.plan_id = v.plan_id AND pub.version = v.version AND (:everything OR EXISTS (
            SELECT FROM plan_recipient r JOIN access_grant g ON g.person_id = r.person_id
            WHERE r.publication_id = pub.id AND g.id = ANY(CAST(:grants AS uuid[]))
              AND (g.branch_id IS NULL OR g.branch_id = p.branch_id)))
    ) published
    WHERE v.plan_id = p.id AND (:everything OR published.at IS NOT NULL)
"""

_PAGE = text(f"""
    SELECT p.id, p.branch_id, p.created_at, v.version, v.title, v.written_at, v.published_at,
           (SELECT count(*) FROM plan_change c WHERE c.plan_id = p.id AND c.state = 'submitted') AS waiting
    FROM plan p CROSS JOIN LATERAL ({_READ} ORDER BY v.version DESC LIMIT 1) v
    WHERE p.dossier_id = :dossier AND (CAST(:after AS uuid) IS NULL OR p.id > CAST(:after AS uuid))
    ORDER BY p.id LIMIT :limit
""")  # noqa: S608  # constants of this module

_VERSIONS = text(f"""
    SELECT p.id, p.branch_id, p.created_at, v.version, v.title, v.written_at, v.published_at, v.change_id,
           m.given_name || ' ' || m.family_name AS written_by,
           CASE WHEN :with_content THEN v.content END AS content
    FROM plan p CROSS JOIN LATERAL ({_READ}) v JOIN membership m ON m.id = v.written_by
    WHERE p.dossier_id = :dossier AND p.id = :plan
      AND (CAST(:version AS integer) IS NULL OR v.version = CAST(:version AS integer))
      AND (CAST(:before AS integer) IS NULL OR v.version < CAST(:before AS integer))
    ORDER BY v.version DESC LIMIT :limit
""")  # noqa: S608  # constants of this module


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in a list: the newest version that its reader reads. `waiting`: changes that nobody settled yet."""

    id: UUID
    branch_id: UUID | None
    created_at: datetime
    version: int
    title: str
    written_at: datetime
    published_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a plan; `published_at`: when it first was, to anybody for staff, else to its reader."""

    id: UUID
    branch_id: UUID | None
    created_at: datetime
    version: int
    title: str
    content: dict[str, Any] | None
    written_at: datetime
    written_by: str
    change_id: UUID | None
    published_at: datetime | None


async def page(uow: UnitOfWork, dossier_id: UUID, reach: Reach, after: UUID | None, limit: int) -> Sequence[PlanLine]:
    """At most `limit` plans that somebody reads, oldest first, after `after`."""
    values = {**_reached(reach), "dossier": dossier_id, "after": after, "limit": limit}
    return [PlanLine(**row._mapping) for row in await uow.session.execute(_PAGE, values)]


async def shown(
    uow: UnitOfWork, dossier_id: UUID, plan_id: UUID, reach: Reach, version: int | None = None
) -> Shown | None:
    """A version with its content, the newest unless one is named; None when there is none that this reader reads."""
    rows = await _versions(uow, dossier_id, plan_id, reach, version=version, with_content=True)
    return Shown(**rows[0]._mapping) if rows else None


async def versions(
    uow: UnitOfWork, dossier_id: UUID, plan_id: UUID, reach: Reach, before: int | None, limit: int
) -> Sequence[Shown]:
    """At most `limit` versions older than `before`, newest first, without their contents."""
    rows = await _versions(uow, dossier_id, plan_id, reach, before=before, limit=limit)
    return [Shown(**row._mapping) for row in rows]


async def _versions(
    uow: UnitOfWork,
    dossier_id: UUID,
    plan_id: UUID,
    reach: Reach,
    *,
    version: int | None = None,
    before: int | None = None,
    limit: int = 1,
    with_content: bool = False,
) -> Sequence[Row[Any]]:
    values = {"dossier": dossier_id, "plan": plan_id, "version": version, "before": before, "limit": limit}
    values |= {**_reached(reach), "with_content": with_content}
    return (await uow.session.execute(_VERSIONS, values)).all()


def _reached(reach: Reach) -> dict[str, Any]:
    return {"everything": reach.everything, "grants": list(reach.grants)}


async def lock(uow: UnitOfWork, dossier_id: UUID, plan_id: UUID) -> Plan | None:
    """A plan of this dossier, locked and fresh."""
    query = select(Plan).where(col(Plan.id) == plan_id, col(Plan.dossier_id) == dossier_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()
