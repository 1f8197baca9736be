"""Queries of the changes area; a change is locked after its plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import Row, func, text
from sqlmodel import col, select

from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.plans.changes.domain import ChangeKind, ChangeState
from dossier_service.plans.changes.tables import PlanChange

_CHANGES = text("""
    SELECT c.id, c.plan_id, c.base_version, c.kind, c.comment, c.submitted_by AS account_id, c.submitted_at, c.state,
           c.settled_at, c.reason, c.applied_version, r.id AS person_id, r.role,
           CASE WHEN CAST(:change AS uuid) IS NOT NULL THEN c.patch END AS patch,
           btrim(r.given_name || ' ' || r.family_name) AS person_name,
           m.given_name || ' ' || m.family_name AS settled_by
    FROM plan_change c
    JOIN plan p ON p.id = c.plan_id
    JOIN access_grant g ON g.id = c.grant_id
    JOIN person r ON r.id = g.person_id
    LEFT JOIN membership m ON m.id = c.settled_by
    WHERE p.dossier_id = :dossier
      AND c.plan_id = :plan
      AND (CAST(:change AS uuid) IS NULL OR c.id = CAST(:change AS uuid))
      AND (CAST(:account AS uuid) IS NULL OR c.submitted_by = CAST(:account AS uuid))
      AND (CAST(:state AS text) IS NULL OR c.state = CAST(:state AS text))
      AND (CAST(:before AS uuid) IS NULL OR c.id < CAST(:before AS uuid))
    ORDER BY c.id DESC LIMIT :limit
""")

_REACHABLE = text("""
    SELECT EXISTS (
        SELECT FROM plan p
        JOIN dossier d ON d.id = p.dossier_id AND 'plans' = ANY(d.modules)
        JOIN access_grant g ON g.dossier_id = d.id AND (g.branch_id IS NULL OR g.branch_id = p.branch_id)
        JOIN person r ON r.id = g.person_id
        WHERE p.id = :plan AND g.account_id = :account AND g.state = 'active' AND r.deceased_on IS NULL
          AND NOT EXISTS (SELECT FROM portal_user u
              WHERE u.firm_id = g.firm_id AND u.account_id = g.account_id AND u.state = 'deactivated'))
""")


@dataclass(frozen=True, slots=True)
class Change:
    """A change with the name of who submitted it and of who settled it; in a page without its patch."""

    id: UUID
    plan_id: UUID
    base_version: int
    kind: ChangeKind
    patch: Any
    comment: str | None
    account_id: UUID
    submitted_at: datetime
    state: ChangeState
    settled_at: datetime | None
    reason: str | None
    applied_version: int | None
    person_id: UUID
    role: PersonRole
    person_name: str
    settled_by: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes to a plan: of one submitter, in one state; no value is all."""

    plan_id: UUID
    account_id: UUID | None = None
    state: ChangeState | None = None


async def page(uow: UnitOfWork, dossier_id: UUID, wanted: Wanted, before: UUID | None, limit: int) -> Sequence[Change]:
    """At most `limit` changes, newest first, older than `before`."""
    return await _changes(uow, dossier_id, wanted, before=before, limit=limit)


async def change(uow: UnitOfWork, dossier_id: UUID, wanted: Wanted, change_id: UUID) -> Change | None:
    """A change by its id, if it is one of those that are wanted."""
    found = await _changes(uow, dossier_id, wanted, only=change_id)
    return found[0] if found else None


async def _changes(
    uow: UnitOfWork,
    dossier_id: UUID,
    wanted: Wanted,
    *,
    only: UUID | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> Sequence[Change]:
    asked = {"plan": wanted.plan_id, "account": wanted.account_id, "state": wanted.state, "change": only}
    values: dict[str, Any] = {**asked, "dossier": dossier_id, "before": before, "limit": limit}
    return [_change(row) for row in await uow.session.execute(_CHANGES, values)]


def _change(row: Row[Any]) -> Change:
    typed = {"kind": ChangeKind(row.kind), "state": ChangeState(row.state), "role": PersonRole(row.role)}
    return Change(**{**row._mapping, **typed})


async def lock(uow: UnitOfWork, plan_id: UUID, change_id: UUID) -> PlanChange:
    """A change that is known to exist, locked and fresh; its plan is locked already."""
    query = select(PlanChange).where(col(PlanChange.id) == change_id, col(PlanChange.plan_id) == plan_id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one()


async def waiting_of(uow: UnitOfWork, plan_id: UUID, account_id: UUID) -> int:
    """How many changes of somebody wait for a plan."""
    query = select(func.count()).where(
        col(PlanChange.plan_id) == plan_id,
        col(PlanChange.submitted_by) == account_id,
        col(PlanChange.state) == ChangeState.SUBMITTED,
    )
    return (await uow.session.execute(query)).scalar_one()


async def may_hear(uow: UnitOfWork, plan_id: UUID, account_id: UUID) -> bool:
    """Whether somebody's access to the plan is open: mails stop with it (A8, A9, I11)."""
    values = {"plan": plan_id, "account": account_id}
    return (await uow.session.execute(_REACHABLE, values)).scalar_one() is True
