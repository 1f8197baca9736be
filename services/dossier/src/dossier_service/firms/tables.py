"""Tables of the firms area; one live membership per firm and address is the database's own rule."""

from datetime import datetime, timedelta
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import Column, Index, Interval, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from dossier_service.firms.domain import MembershipState, NoticePreference, StaffRole
from dossier_service.tables_base import DossierTable


class Firm(DossierTable, table=True):
    """The tenant, with its policy (R5): nothing of one firm shows in another's answers (A13).

    What is empty follows the platform: its reminders, the firm's own name as sender, no colour, no address for answers.
    `last_client_number`: the last client code that was proposed.
    """

    id: UUID = Field(primary_key=True)
    name: str
    language: Language = Field(sa_column=enum_column(Language))
    created_at: datetime = Field(sa_column=utc_column())
    reminder_offsets: list[timedelta] | None = Field(default=None, sa_column=Column(ARRAY(Interval), nullable=True))
    sender_name: str | None = None
    reply_to: str | None = None
    colour: str | None = None
    last_client_number: int = 1_000_000
    version: int = 1


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
    ended_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    custom_text: str | None = None
    notices: NoticePreference = Field(
        default=NoticePreference.AT_ONCE, sa_column=enum_column(NoticePreference, server_default="at_once")
    )
    version: int = 1

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"
