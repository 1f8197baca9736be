"""Table of the changes area: what clients asked of a plan, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import enum_column, json_column, utc_column
from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from dossier_service.plans.changes.domain import ChangeKind, ChangeState
from dossier_service.tables_base import DossierTable


class PlanChange(DossierTable, table=True):
    """A change to one version of a plan, as its submitter sent it; `applied_version` is what it made (P3)."""

    __tablename__ = "plan_change"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "base_version"], ["plan_version.plan_id", "plan_version.version"]),
        Index("plan_change_of_plan", "plan_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID
    base_version: int
    kind: ChangeKind = Field(sa_column=enum_column(ChangeKind))
    patch: Any = Field(sa_column=json_column())
    comment: str | None = None
    submitted_by: UUID
    grant_id: UUID = Field(foreign_key="access_grant.id")
    submitted_at: datetime = Field(sa_column=utc_column())
    state: ChangeState = Field(sa_column=enum_column(ChangeState))
    settled_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    settled_by: UUID | None = Field(default=None, foreign_key="membership.id")
    reason: str | None = None
    applied_version: int | None = None
