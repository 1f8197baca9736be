"""What is said about an advanced ladder (R4): skipped steps, the due one, where the ladder stands."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from event_contracts.people import LadderKey
from event_contracts.scheduler import LadderAdvanced, ReminderDue, ReminderSkipped
from scheduler_service.ladders.domain import Advance, Step
from scheduler_service.ticker.events import events_of

KEY = LadderKey(kind="invitation", subject_id=UUID(int=1), firm_id=UUID(int=2), epoch=3)
NOW = datetime(2026, 4, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO = Step(1, NOW - 23 * DAY), Step(2, NOW)
IDS = {1: UUID(int=11), 2: UUID(int=12)}


def test_a_step_that_is_not_the_last_is_due_and_names_the_next() -> None:
    said = list(events_of(KEY, Advance(ONE, (), TWO.due_at), IDS))

    assert said == [
        ReminderDue(ladder=KEY, reminder_id=IDS[1], step=1, last=False, due_at=ONE.due_at),
        LadderAdvanced(ladder=KEY, step=1, next_due_at=TWO.due_at),
    ]


def test_an_overtaken_step_is_named_before_the_one_that_is_due() -> None:
    said = list(events_of(KEY, Advance(TWO, (ONE,), None), IDS))

    assert said == [
        ReminderSkipped(ladder=KEY, step=1, due_at=ONE.due_at, reason="overtaken by step 2"),
        ReminderDue(ladder=KEY, reminder_id=IDS[2], step=2, last=True, due_at=TWO.due_at),
        LadderAdvanced(ladder=KEY, step=2, next_due_at=None),
    ]


def test_nothing_is_said_when_nothing_was_due() -> None:
    assert list(events_of(KEY, Advance(None, (), TWO.due_at), IDS)) == []
