"""Table of contact changes: begun, proven or not."""

from datetime import datetime
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import Column, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from identity_service.contact_changes.domain import ContactKind
from identity_service.tables_base import IdentityTable


class ContactChange(IdentityTable, table=True):
    """A new address or number of an account (I9). Without a code nothing was sent, and nothing will ever be right."""

    __tablename__ = "contact_change"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="contact_change_account_fkey"),
        Index("contact_change_of_account", "account_id"),
        Index("contact_change_expiry", "expires_at"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID
    kind: ContactKind = Field(sa_column=enum_column(ContactKind))
    value: str = Field(sa_column=Column(Text, nullable=False))
    encrypted_code: str | None = Field(default=None, sa_column=Column(Text))
    attempts: int = 0
    created_at: datetime = Field(sa_column=utc_column())
    expires_at: datetime = Field(sa_column=utc_column())
    confirmed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
