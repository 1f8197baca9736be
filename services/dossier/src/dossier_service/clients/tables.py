"""Tables of the clients area: the clients, and all versions of their records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, json_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.access.domain import Party
from dossier_service.clients.domain import ClientKind, ClientStatus
from dossier_service.records.domain import Change
from dossier_service.tables_base import DossierTable


class Client(DossierTable, table=True):
    """A person or a company the firm works for; of the staff, its creator and its dossiers' people see it (A14).

    `code` is the firm's own and unique there, look-alikes included: `code_skeleton` is what is compared. The fields
    from `status` on are those of the client record [004]; `bill_to` is another client, who gets the invoices.
    """

    __table_args__ = (
        Index("client_of_firm", "firm_id", "id"),
        Index("client_code_of_firm", "firm_id", "code_skeleton", unique=True),
    )

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
    changed_at: datetime = Field(sa_column=utc_column())
    version: int = 1
    code: str
    code_skeleton: str
    status: ClientStatus = Field(default=ClientStatus.ACTIVE, sa_column=enum_column(ClientStatus))
    currency: str | None = None
    type: str | None = None
    branch_id: UUID | None = Field(default=None, foreign_key="branch.id")
    bill_to: UUID | None = Field(default=None, foreign_key="client.id")
    customer_number: str | None = None
    enterprise_number: str | None = None
    business_number: str | None = None
    mobile: str | None = None
    fax: str | None = None
    website: str | None = None
    postal_address: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    delivery_address: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))

    @property
    def name(self) -> str:
        return self.company_name or f"{self.given_name} {self.family_name}"


class ClientVersion(DossierTable, table=True):
    """A client's record as somebody left it; rows are only ever added.

    It may hold personal data, unlike the journal. `party`: as whom they stood in the dossier by which they came; empty
    for staff who came by the firm's list of clients, as `account_id` is for what was there before this was kept.
    """

    __tablename__ = "client_version"

    client_id: UUID = Field(primary_key=True, foreign_key="client.id")
    version: int = Field(primary_key=True)
    at: datetime = Field(sa_column=utc_column())
    account_id: UUID | None = None
    party: Party | None = Field(default=None, sa_column=enum_column(Party, nullable=True))
    change: Change = Field(sa_column=enum_column(Change))
    content: dict[str, Any] = Field(sa_column=json_column())
