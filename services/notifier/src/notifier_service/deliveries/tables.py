"""The record of attempts: written before the first byte of a mail goes out, so every copy is accounted for (M4)."""

from datetime import datetime
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import Column, ForeignKey, Integer, Text, Uuid, text
from sqlmodel import Field

from notifier_service.deliveries.domain import Outcome
from notifier_service.tables_base import NotifierTable


class Attempt(NotifierTable, table=True):
    """One attempt at one message, written before the first byte goes out; never changed after its outcome is known."""

    __tablename__ = "attempt"

    message_id: UUID = Field(
        sa_column=Column(
            Uuid,
            ForeignKey("message.message_id", name="attempt_message_exists", ondelete="CASCADE"),
            primary_key=True,
        )
    )
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    worker: UUID
    started_at: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))
    finished_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    outcome: Outcome | None = Field(default=None, sa_column=enum_column(Outcome, nullable=True))
    code: int | None = None
    detail: str | None = Field(default=None, sa_column=Column(Text))
