"""Tables of ladders. Per person and firm at most one ladder is armed, and each of its steps exists once (R2)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from service_kit.db import enum_column, utc_column
from service_kit.ids import new_id
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from scheduler_service.ladders.domain import LadderState, ReminderState
from scheduler_service.tables_base import SchedulerTable


class LadderSubject(SchedulerTable, table=True):
    """Somebody who has ladders. Its row is the lock under which they are armed and stopped; a `stop_reason` holds
    for all ladders of the subject, also for those whose start is still on its way."""

    __tablename__: ClassVar[Any] = "ladder_subject"

    kind: str = Field(sa_type=Text, primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    stop_reason: str | None = Field(default=None, sa_type=Text)
    stopped_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class Ladder(SchedulerTable, table=True):
    """One ladder. Stopped without `started_at` it is a tombstone: the stop overtook the start.

    `next_due_at` is the earliest armed step, reminder or expiry; the ticker claims ladders by it and holds the
    ladder's lock while it looks at the steps, so two overdue steps are always seen together (R4). A ladder has one
    expiry or none, so it is two columns: when it is due, and when it was fired.
    """

    __tablename__: ClassVar[Any] = "ladder"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("kind", "subject_id", "firm_id", "epoch", name="ladder_key"),
        CheckConstraint("(state = 'armed') = (next_due_at IS NOT NULL)", name="ladder_due_while_armed"),
        CheckConstraint("expiry_fired_at IS NULL OR expiry_due_at IS NOT NULL", name="ladder_expiry_due_before_fired"),
        Index("ladder_due", "next_due_at", postgresql_where=text("state = 'armed'")),
        Index(
            "ladder_one_armed", "kind", "subject_id", "firm_id", unique=True, postgresql_where=text("state = 'armed'")
        ),
        Index("ladder_page", "subject_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(sa_type=Text)
    subject_id: UUID
    firm_id: UUID
    epoch: int
    state: LadderState = Field(sa_column=enum_column(LadderState))
    stop_reason: str | None = Field(default=None, sa_type=Text)
    started_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    next_due_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    correlation_id: str | None = Field(default=None, sa_type=Text)
    expiry_due_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    expiry_fired_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class Reminder(SchedulerTable, table=True):
    """One reminder of a ladder and what became of it."""

    __tablename__: ClassVar[Any] = "reminder"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("ladder_id", "step", name="reminder_step"),
        ForeignKeyConstraint(["ladder_id"], ["ladder.id"], name="reminder_ladder"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    ladder_id: UUID
    step: int
    due_at: datetime = Field(sa_column=utc_column())
    state: ReminderState = Field(sa_column=enum_column(ReminderState))
    fired_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
