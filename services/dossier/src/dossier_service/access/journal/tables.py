"""Table of the journal: rows are only ever added; ids instead of names, partitioned by month of the UUIDv7."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import json_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class JournalEntry(DossierTable, table=True):
    """One thing that happened. `details` holds rights, states and ids, never a name or an address."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_of_dossier", "dossier_id", "id"),
        Index("journal_of_firm", "firm_id", "id"),
        Index("journal_of_subject", "subject_id", "id"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_column=utc_column())
    firm_id: UUID
    dossier_id: UUID | None = None
    actor_kind: str
    actor_id: UUID | None = None
    action: str
    subject_kind: str
    subject_id: UUID
    rule: str
    reason: str | None = None
    details: dict[str, Any] = Field(sa_column=json_column())
    correlation_id: str
