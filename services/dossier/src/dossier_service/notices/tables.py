"""Table of the notices area: news that wait for the manager's daily summary (M8)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import json_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class ManagerNotice(DossierTable, table=True):
    """One thing that happened on a dossier; whoever manages it when the summary goes out is told, then it is gone."""

    __tablename__ = "manager_notice"
    __table_args__ = (Index("manager_notice_of_dossier", "dossier_id", "id"),)

    id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    at: datetime = Field(sa_column=utc_column())
    line: dict[str, Any] = Field(sa_column=json_column())
