"""What is said about an advanced ladder (R4): skipped steps, the due one, where the ladder stands, its expiry last."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from event_contracts.people import LadderKey
from event_contracts.scheduler import ExpiryDue, LadderAdvanced, ReminderDue, ReminderSkipped
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


def test_the_last_reminder_is_the_last_and_names_none_to_come_while_the_expiry_waits() -> None:
    said = list(events_of(KEY, Advance(TWO, (), None, next_expiry_at=NOW + 30 * DAY), IDS))

    assert said == [
        ReminderDue(ladder=KEY, reminder_id=IDS[2], step=2, last=True, due_at=TWO.due_at),
        LadderAdvanced(ladder=KEY, step=2, next_due_at=None),
    ]


def test_an_expiry_is_said_without_a_word_about_reminders() -> None:
    assert list(events_of(KEY, Advance(None, (), None, expiry_fired=NOW), {})) == [ExpiryDue(ladder=KEY, due_at=NOW)]


def test_an_expiry_comes_after_the_reminder_that_is_as_late() -> None:
    said = list(events_of(KEY, Advance(TWO, (ONE,), None, expiry_fired=NOW), IDS))

    assert [type(event) for event in said] == [ReminderSkipped, ReminderDue, LadderAdvanced, ExpiryDue]


def test_nothing_is_said_when_nothing_was_due() -> None:
    assert list(events_of(KEY, Advance(None, (), TWO.due_at), IDS)) == []
