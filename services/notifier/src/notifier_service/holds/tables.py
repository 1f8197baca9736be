"""Holds of outgoing mail, past and present: who, why, from when to when (M6)."""

from datetime import datetime
from uuid import UUID

from service_kit.db import utc_column
from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from notifier_service.tables_base import NotifierTable

EVERYBODY = "00000000-0000-0000-0000-000000000000"


class MailHold(NotifierTable, table=True):
    """One hold, of a firm or, without one, of all mail. It holds until it is released; its row stays as the journal."""

    __tablename__ = "mail_hold"
    __table_args__ = (
        Index(
            "mail_hold_one_at_a_time",
            text(f"coalesce(firm_id, '{EVERYBODY}'::uuid)"),
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("mail_hold_firm", "firm_id", "held_at"),
    )

    id: UUID = Field(primary_key=True)
    firm_id: UUID | None = None
    reason: str = Field(sa_column=Column(Text, nullable=False))
    held_by: str = Field(sa_column=Column(Text, nullable=False))
    held_at: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))
    released_by: str | None = Field(default=None, sa_column=Column(Text))
    released_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
