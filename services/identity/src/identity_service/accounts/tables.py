"""Tables of accounts and of every user name that was ever taken."""

from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from identity_service.tables_base import IdentityTable


class Account(IdentityTable, table=True):
    """One person on the whole platform (I2). While pending, names and phone are only what the first firm said.

    `credentials_version` counts what changes who can sign in: a code or link that was asked for before is dead. An
    erased account keeps its row, its user name and nothing else of the person (I13).
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("email", name="account_email_key"),
        UniqueConstraint("user_name", name="account_user_name_key"),
        CheckConstraint(
            "state <> 'active' OR (password_hash IS NOT NULL AND activated_at IS NOT NULL)",
            name="account_active_has_password",
        ),
        CheckConstraint(
            "(state = 'erased') = (erased_at IS NOT NULL) AND "
            "(state <> 'erased' OR (password_hash IS NULL AND phone IS NULL))",
            name="account_erased_is_empty",
        ),
    )

    id: UUID = Field(primary_key=True)
    email: str = Field(sa_column=Column(Text, nullable=False))
    state: AccountState = Field(sa_column=enum_column(AccountState))
    user_name: str = Field(sa_column=Column(Text, nullable=False))
    given_name: str = Field(sa_column=Column(Text, nullable=False))
    family_name: str = Field(sa_column=Column(Text, nullable=False))
    language: Language = Field(sa_column=enum_column(Language))
    phone: str | None = Field(default=None, sa_column=Column(Text))
    phone_verified_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    password_hash: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = Field(sa_column=utc_column())
    activated_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    erased_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    credentials_version: int = 0


class TakenName(IdentityTable, table=True):
    """A user name that was given, proposed or reserved. Rows are never deleted: a name is never given again (I3)."""

    __tablename__ = "taken_name"
    __table_args__ = (
        CheckConstraint("(reserved_by IS NULL) = (reserved_for IS NULL)", name="taken_name_reservation_is_whole"),
        Index(
            "taken_name_reservation",
            "reserved_for",
            "reserved_by",
            unique=True,
            postgresql_where=text("reserved_by IS NOT NULL"),
        ),
    )

    skeleton: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    account_id: UUID | None = Field(default=None)
    reserved_by: str | None = Field(default=None, sa_column=Column(Text))
    reserved_for: str | None = Field(default=None, sa_column=Column(Text))
    taken_at: datetime = Field(sa_column=utc_column())
