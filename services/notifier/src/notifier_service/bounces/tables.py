"""Addresses that a firm writes to no more, and the reports that told so (M5)."""

from datetime import datetime
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlmodel import Field

from notifier_service.bounces.domain import BounceOutcome
from notifier_service.tables_base import NotifierTable


class SuppressedAddress(NotifierTable, table=True):
    """An address, as a keyed hash, that permanently refused a mail of this firm; another firm finds out by itself."""

    __tablename__ = "suppressed_address"
    __table_args__ = (Index("suppressed_address_everywhere", "address_hash"),)

    firm_id: UUID = Field(primary_key=True)
    address_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    since: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))


class DeliveryReport(NotifierTable, table=True):
    """A report about a message of ours, kept once however often it is handed in."""

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("message_id", "digest", name="delivery_report_kept_once"),)

    id: UUID = Field(primary_key=True)
    message_id: UUID = Field(
        sa_column=Column(
            Uuid,
            ForeignKey("message.message_id", name="delivery_report_message_exists", ondelete="CASCADE"),
            nullable=False,
        )
    )
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    outcome: BounceOutcome = Field(sa_column=enum_column(BounceOutcome))
    status: str = Field(sa_column=Column(Text, nullable=False))
    diagnostic: str = Field(sa_column=Column(Text, nullable=False))
    received_at: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))
