"""A copy of what identity said of accounts: where their mails go, in whose name and in which language."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import enum_column, utc_column
from sqlalchemy import BigInteger, Text, text
from sqlmodel import Field

from notifier_service.tables_base import NotifierTable


class AccountAddress(NotifierTable, table=True):
    """An account's address, name and language by the newest word on them; all empty once the account was erased."""

    __tablename__ = "account_address"

    account_id: UUID = Field(primary_key=True)
    email: str | None = Field(default=None, sa_type=Text)
    given_name: str | None = Field(default=None, sa_type=Text)
    family_name: str | None = Field(default=None, sa_type=Text)
    language: Language | None = Field(default=None, sa_column=enum_column(Language, nullable=True))
    sequence: int = Field(sa_type=BigInteger)
    known_at: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))
