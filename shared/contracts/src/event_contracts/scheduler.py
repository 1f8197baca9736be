"""What scheduler says: ladders armed, advanced and stopped, reminders due and skipped (R1 to R4)."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from event_contracts.envelope import EventData
from event_contracts.people import LadderKey


class LadderEvent(EventData):
    """Base of what is said about one ladder."""

    ladder: LadderKey

    @property
    def subject(self) -> str:
        return str(self.ladder)


class LadderArmed(LadderEvent):
    """The first mail was sent, the reminders stand (R1)."""

    event_type: ClassVar[str] = "scheduler.ladder.armed.v1"
    next_due_at: AwareDatetime


class LadderAdvanced(LadderEvent):
    """A reminder is done; `next_due_at` is the next reminder's, empty after the last one."""

    event_type: ClassVar[str] = "scheduler.ladder.advanced.v1"
    step: int = Field(ge=1)
    next_due_at: AwareDatetime | None = None


class LadderStopped(LadderEvent):
    """No more reminders from this ladder, and why (R3)."""

    event_type: ClassVar[str] = "scheduler.ladder.stopped.v1"
    reason: str


class ReminderDue(LadderEvent):
    """A reminder is due; the owner of the subject decides whether it goes out (R3)."""

    event_type: ClassVar[str] = "scheduler.reminder.due.v1"
    reminder_id: UUID
    step: int = Field(ge=1)
    last: bool
    due_at: AwareDatetime


class ExpiryDue(LadderEvent):
    """The ladder's last step, without a mail (R4); the owner of the subject decides whether it has expired."""

    event_type: ClassVar[str] = "scheduler.expiry.due.v1"
    due_at: AwareDatetime


class ReminderSkipped(LadderEvent):
    """A step was overtaken by a later one that is overdue as well (R4)."""

    event_type: ClassVar[str] = "scheduler.reminder.skipped.v1"
    step: int = Field(ge=1)
    due_at: AwareDatetime
    reason: str
