"""Tables of the plans area: a plan, and its versions, which are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import json_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class Plan(DossierTable, table=True):
    """A plan of a dossier, perhaps of one branch (A9); `version` is its newest, and its row the lock to add another."""

    __table_args__ = (Index("plan_of_dossier", "dossier_id", "id"),)

    id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    branch_id: UUID | None = Field(default=None, foreign_key="branch.id")
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())


class PlanVersion(DossierTable, table=True):
    """What a plan said at one time. `change_id`: the client's change that it was made of (P3)."""

    __tablename__ = "plan_version"

    plan_id: UUID = Field(primary_key=True, foreign_key="plan.id")
    version: int = Field(primary_key=True)
    title: str
    content: dict[str, Any] = Field(sa_column=json_column())
    written_at: datetime = Field(sa_column=utc_column())
    written_by: UUID = Field(foreign_key="membership.id")
    change_id: UUID | None = None
