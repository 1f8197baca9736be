"""Table of the contacts area: the people of a client company, kept apart from any access they may have."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class Contact(DossierTable, table=True):
    """A person of a client company (K1): only the name is required. A removed one keeps its row."""

    __table_args__ = (Index("contact_of_client", "client_id", "id"),)

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    client_id: UUID = Field(foreign_key="client.id")
    name: str
    title: str | None = None
    department: str | None = None
    type: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    fax: str | None = None
    location: str | None = None
    language: Language | None = Field(default=None, sa_column=enum_column(Language, nullable=True))
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())
    removed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
