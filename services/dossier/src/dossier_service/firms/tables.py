"""Tables of the firms area; one live membership per firm and address is the database's own rule."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import Index, text
from sqlmodel import Field

from dossier_service.firms.domain import MembershipState, StaffRole
from dossier_service.tables_base import DossierTable


class Firm(DossierTable, table=True):
    """The tenant: nothing of one firm shows in another's answers (A13)."""

    id: UUID = Field(primary_key=True)
    name: str
    language: Language = Field(sa_column=enum_column(Language))
    created_at: datetime = Field(sa_column=utc_column())


class Membership(DossierTable, table=True):
    """A person's place in a firm's staff, offered until their account exists (A14)."""

    __table_args__ = (
        Index(
            "membership_one_live_per_address",
            "firm_id",
            "email",
            unique=True,
            postgresql_where=text("state IN ('offered', 'active')"),
        ),
        Index("membership_account", "account_id", "firm_id"),
    )

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    role: StaffRole = Field(sa_column=enum_column(StaffRole))
    state: MembershipState = Field(sa_column=enum_column(MembershipState))
    given_name: str
    family_name: str
    email: str
    phone: str
    language: Language = Field(sa_column=enum_column(Language))
    account_id: UUID | None = None
    invitation_id: UUID | None = None
    invited_by: UUID | None = Field(default=None, foreign_key="membership.id")
    invited_at: datetime = Field(sa_column=utc_column())
    activated_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"
