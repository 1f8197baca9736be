"""From an advanced ladder to what scheduler says about it."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from event_contracts import EventData
from event_contracts.people import LadderKey
from event_contracts.scheduler import LadderAdvanced, ReminderDue, ReminderSkipped

from scheduler_service.ladders.domain import Advance


def events_of(key: LadderKey, advanced: Advance, reminder_ids: Mapping[int, UUID]) -> Iterator[EventData]:
    """Overtaken steps first, then the one that is due, then where the ladder stands. `reminder_ids` is by step."""
    fired = advanced.fired
    if fired is None:
        return
    for step in advanced.skipped:
        reason = f"overtaken by step {fired.number}"
        yield ReminderSkipped(ladder=key, step=step.number, due_at=step.due_at, reason=reason)
    yield ReminderDue(
        ladder=key,
        reminder_id=reminder_ids[fired.number],
        step=fired.number,
        last=advanced.finished,
        due_at=fired.due_at,
    )
    yield LadderAdvanced(ladder=key, step=fired.number, next_due_at=advanced.next_due_at)
