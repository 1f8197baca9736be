"""The expiry of a ladder: its last step, which fires for itself and moves with the invitation (R4, I8)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scheduler_service.ladders.domain import (
    ExpiryState,
    Known,
    LadderState,
    Step,
    StopReason,
    advance,
    expiry_of,
    expiry_state,
    extension,
    steps_of,
)

SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FIRST, SECOND = Step(1, SENT + 7 * DAY), Step(2, SENT + 30 * DAY)
EXPIRY = SENT + 60 * DAY
LATER = SENT + 75 * DAY
ARMED, STOPPED, FINISHED = LadderState.ARMED, LadderState.STOPPED, LadderState.FINISHED


class TestExpiryOf:
    """R4: the last step, an absolute duration after the first mail like every other."""

    def test_it_is_counted_from_the_first_mail(self) -> None:
        assert expiry_of(SENT, (FIRST, SECOND), 60 * DAY) == EXPIRY

    def test_a_policy_without_one_has_none(self) -> None:
        assert expiry_of(SENT, (FIRST, SECOND), None) is None

    def test_a_change_to_summer_time_moves_it_not(self) -> None:
        sent = datetime(2026, 3, 27, 10, 0, tzinfo=ZoneInfo("Europe/Brussels"))  # summer time begins on the 29th

        assert expiry_of(sent, steps_of(sent, (DAY,)), 7 * DAY) == datetime(2026, 4, 3, 9, 0, tzinfo=UTC)

    @pytest.mark.parametrize("expiry", [0 * DAY, -DAY, 7 * DAY, 30 * DAY])
    def test_one_that_a_reminder_could_follow_is_refused(self, expiry: timedelta) -> None:
        with pytest.raises(ValueError, match="after its reminders"):
            expiry_of(SENT, (FIRST, SECOND), expiry)

    def test_a_time_beyond_the_calendar_is_refused(self) -> None:
        sent = datetime(9999, 12, 1, tzinfo=UTC)

        with pytest.raises(OverflowError):
            expiry_of(sent, steps_of(sent, (7 * DAY,)), 60 * DAY)


class TestAdvance:
    """R4: reminders as ever, and the expiry beside them."""

    @pytest.mark.parametrize(
        ("armed", "now", "fired", "skipped", "expiry_fired", "next_due_at"),
        [
            pytest.param((FIRST, SECOND), SENT, None, (), None, FIRST.due_at, id="nothing is due at first"),
            pytest.param((FIRST, SECOND), FIRST.due_at, FIRST, (), None, SECOND.due_at, id="step 1, step 2 is next"),
            pytest.param((SECOND,), SECOND.due_at, SECOND, (), None, EXPIRY, id="step 2, the expiry is next"),
            pytest.param((), EXPIRY - TICK, None, (), None, EXPIRY, id="the expiry a moment early"),
            pytest.param((), EXPIRY, None, (), EXPIRY, None, id="the expiry on the moment ends the ladder"),
            pytest.param((), EXPIRY + 500 * DAY, None, (), EXPIRY, None, id="the expiry however late"),
            pytest.param((FIRST, SECOND), EXPIRY - TICK, SECOND, (FIRST,), None, EXPIRY, id="late, but not for it"),
            pytest.param((SECOND,), EXPIRY, SECOND, (), EXPIRY, None, id="overtakes no late reminder"),
            pytest.param(
                (FIRST, SECOND), EXPIRY, SECOND, (FIRST,), EXPIRY, None, id="only reminders overtake reminders"
            ),
        ],
    )
    def test_the_expiry_fires_for_itself_after_the_last_reminder(
        self,
        armed: tuple[Step, ...],
        now: datetime,
        fired: Step | None,
        skipped: tuple[Step, ...],
        expiry_fired: datetime | None,
        next_due_at: datetime | None,
    ) -> None:
        advanced = advance(armed, now, EXPIRY)

        assert (advanced.fired, advanced.skipped, advanced.expiry_fired) == (fired, skipped, expiry_fired)
        assert advanced.next_due_at == next_due_at

    def test_it_waits_for_a_reminder_that_is_still_to_come(self) -> None:
        advanced = advance((SECOND,), SECOND.due_at - TICK, FIRST.due_at)

        assert (advanced.expiry_fired, advanced.next_due_at) == (None, SECOND.due_at)

    def test_a_ladder_whose_expiry_was_fired_has_none_to_come(self) -> None:
        assert advance((), LATER, None).next_due_at is None


@pytest.mark.parametrize(
    ("ladder", "fired_at", "expected"),
    [
        (ARMED, None, ExpiryState.ARMED),
        (STOPPED, None, ExpiryState.CANCELLED),
        (FINISHED, EXPIRY, ExpiryState.FIRED),
        (STOPPED, EXPIRY, ExpiryState.FIRED),
    ],
)
def test_what_became_of_an_expiry_is_told_by_its_ladder(
    ladder: LadderState, fired_at: datetime | None, expected: ExpiryState
) -> None:
    assert expiry_state(ladder, fired_at) is expected


def reminding(epoch: int = 1) -> Known:
    return Known(epoch, ARMED, started=True, next_due_at=SECOND.due_at, expiry_at=EXPIRY)


def waiting(epoch: int = 1) -> Known:
    return Known(epoch, ARMED, started=True, next_due_at=EXPIRY, expiry_at=EXPIRY)


def finished(epoch: int = 1, *, stopped: bool = False, expiry_at: datetime | None = EXPIRY) -> Known:
    return Known(epoch, FINISHED, started=True, stopped=stopped, expiry_at=expiry_at)


def gone(epoch: int = 1, *, started: bool = True) -> Known:
    return Known(epoch, STOPPED, started=started, stopped=True, expiry_at=EXPIRY if started else None)


class TestExtension:
    """I8: the step moves with the invitation, forward only, and never on a ladder that is over."""

    @pytest.mark.parametrize(
        ("known", "expires_at", "next_due_at"),
        [
            pytest.param((finished(),), LATER, LATER, id="the step was fired: it is armed again"),
            pytest.param((waiting(),), LATER, LATER, id="the step waits: it waits longer"),
            pytest.param((reminding(),), LATER, SECOND.due_at, id="a reminder comes first still"),
            pytest.param((gone(0), finished()), LATER, LATER, id="an earlier ladder is no matter"),
            pytest.param((finished(),), EXPIRY, None, id="the time that is known"),
            pytest.param((finished(),), EXPIRY - TICK, None, id="an older time"),
            pytest.param((waiting(),), EXPIRY - DAY, None, id="an older time while it waits"),
            pytest.param((), LATER, None, id="an unknown ladder"),
            pytest.param((finished(2),), LATER, None, id="only a later ladder is known"),
            pytest.param((finished(), reminding(2)), LATER, None, id="a later ladder runs"),
            pytest.param((finished(), gone(2, started=False)), LATER, None, id="a later one was stopped in advance"),
            pytest.param((gone(),), LATER, None, id="a stopped ladder"),
            pytest.param((gone(started=False),), LATER, None, id="one that was stopped before it started"),
            pytest.param((finished(stopped=True),), LATER, None, id="one that was stopped after it finished"),
            pytest.param((finished(expiry_at=None),), LATER, None, id="a ladder without an expiry"),
        ],
    )
    def test_a_later_time_moves_the_expiry_of_a_ladder_that_is_not_over(
        self, known: tuple[Known, ...], expires_at: datetime, next_due_at: datetime | None
    ) -> None:
        assert extension(1, known, None, expires_at) == next_due_at

    @pytest.mark.parametrize("reason", [StopReason.ACTIVATED, StopReason.ERASED])
    def test_a_subject_whose_ladders_are_all_stopped_has_none_to_move(self, reason: StopReason) -> None:
        assert extension(1, (finished(),), reason, LATER) is None
