"""Table of the clients area."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.clients.domain import ClientKind
from dossier_service.tables_base import DossierTable


class Client(DossierTable, table=True):
    """A person or a company the firm works for; of the staff, its creator and its dossiers' people see it (A14)."""

    __table_args__ = (Index("client_of_firm", "firm_id", "id"),)

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    kind: ClientKind = Field(sa_column=enum_column(ClientKind))
    given_name: str
    family_name: str
    company_name: str | None = None
    email: str
    phone: str | None = None
    language: Language = Field(sa_column=enum_column(Language))
    created_by: UUID = Field(foreign_key="membership.id")
    created_at: datetime = Field(sa_column=utc_column())

    @property
    def name(self) -> str:
        return self.company_name or f"{self.given_name} {self.family_name}"
