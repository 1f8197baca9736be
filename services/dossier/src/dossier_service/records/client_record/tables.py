"""Table of the client record's personal part; its versions are kept with those of all records."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from service_kit.db import json_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable

KIND = "personal_record"
"""The kind under which versions of personal records are kept; its record is the person."""


class PersonRecord(DossierTable, table=True):
    """What is noted of somebody in the tree. No address or number that signs anybody in is here (A7)."""

    __tablename__ = "person_record"
    __table_args__ = (Index("person_record_of_dossier", "dossier_id"),)

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    dossier_id: UUID = Field(foreign_key="dossier.id")
    birth_date: date | None = None
    birth_place: str | None = None
    nationality: str | None = None
    postal_address: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    mobile: str | None = None
    profession: str | None = None
    note: str = ""
    version: int = 0
    changed_at: datetime = Field(sa_column=utc_column())
