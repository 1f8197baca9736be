"""From an advanced ladder to what scheduler says about it."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from event_contracts import EventData
from event_contracts.people import LadderKey
from event_contracts.scheduler import ExpiryDue, LadderAdvanced, ReminderDue, ReminderSkipped

from scheduler_service.ladders.domain import Advance, Step


def events_of(key: LadderKey, advanced: Advance, reminder_ids: Mapping[int, UUID]) -> Iterator[EventData]:
    """The reminders first, the expiry last: `sequence` tells who listens that it came after them (R4)."""
    if advanced.fired is not None:
        yield from _reminders(key, advanced, advanced.fired, reminder_ids[advanced.fired.number])
    if advanced.expiry_fired is not None:
        yield ExpiryDue(ladder=key, due_at=advanced.expiry_fired)


def _reminders(key: LadderKey, advanced: Advance, fired: Step, reminder_id: UUID) -> Iterator[EventData]:
    """Overtaken steps first, then the one that is due, then where the reminders stand."""
    for step in advanced.skipped:
        reason = f"overtaken by step {fired.number}"
        yield ReminderSkipped(ladder=key, step=step.number, due_at=step.due_at, reason=reason)
    yield ReminderDue(
        ladder=key,
        reminder_id=reminder_id,
        step=fired.number,
        last=advanced.next_reminder_at is None,
        due_at=fired.due_at,
    )
    yield LadderAdvanced(ladder=key, step=fired.number, next_due_at=advanced.next_reminder_at)
