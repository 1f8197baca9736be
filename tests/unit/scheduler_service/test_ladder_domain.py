"""The rules of ladders, each by its number in the law."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scheduler_service.ladders.domain import (
    Arming,
    Known,
    LadderState,
    Step,
    StopReason,
    advance,
    arming,
    steps_of,
)

SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FIRST, SECOND, THIRD = Step(1, SENT + 7 * DAY), Step(2, SENT + 30 * DAY), Step(3, SENT + 60 * DAY)


class TestStepsOf:
    """R1, R5: steps are absolute durations after the first mail, as many as the policy has."""

    def test_the_default_policy_gives_seven_and_thirty_days(self) -> None:
        assert steps_of(SENT, (7 * DAY, 30 * DAY)) == (FIRST, SECOND)

    def test_any_policy_may_travel_in_the_event(self) -> None:
        assert steps_of(SENT, (timedelta(seconds=3),)) == (Step(1, SENT + timedelta(seconds=3)),)

    def test_a_change_to_summer_time_moves_no_step(self) -> None:
        sent = datetime(2026, 3, 27, 10, 0, tzinfo=ZoneInfo("Europe/Brussels"))  # summer time begins on the 29th

        assert steps_of(sent, (7 * DAY,))[0].due_at == datetime(2026, 4, 3, 9, 0, tzinfo=UTC)

    @pytest.mark.parametrize("offsets", [(), (0 * DAY,), (-DAY,), (7 * DAY, 7 * DAY), (30 * DAY, 7 * DAY)])
    def test_offsets_that_do_not_rise_are_refused(self, offsets: tuple[timedelta, ...]) -> None:
        with pytest.raises(ValueError, match="strictly rising"):
            steps_of(SENT, offsets)

    def test_times_beyond_the_calendar_are_refused(self) -> None:
        with pytest.raises(OverflowError):
            steps_of(datetime(9999, 12, 31, tzinfo=UTC), (7 * DAY,))


class TestAdvance:
    """R1 and R4: what is due now, and which of several overdue steps is mailed."""

    @pytest.mark.parametrize(
        ("armed", "now", "fired", "skipped", "next_due_at"),
        [
            pytest.param((FIRST, SECOND), SENT, None, (), FIRST.due_at, id="nothing is due at first"),
            pytest.param((FIRST, SECOND), FIRST.due_at - TICK, None, (), FIRST.due_at, id="nothing a moment early"),
            pytest.param((FIRST, SECOND), FIRST.due_at, FIRST, (), SECOND.due_at, id="step 1 on the moment"),
            pytest.param((FIRST, SECOND), SECOND.due_at - TICK, FIRST, (), SECOND.due_at, id="step 1, 23 days late"),
            pytest.param((SECOND,), SECOND.due_at - TICK, None, (), SECOND.due_at, id="step 2 a moment early"),
            pytest.param((SECOND,), SECOND.due_at, SECOND, (), None, id="step 2 on the moment ends the ladder"),
            pytest.param((FIRST, SECOND), SECOND.due_at, SECOND, (FIRST,), None, id="both overdue: only the latest"),
            pytest.param((SECOND,), SECOND.due_at + 500 * DAY, SECOND, (), None, id="the last one however late"),
            pytest.param(
                (FIRST, SECOND, THIRD), SECOND.due_at, SECOND, (FIRST,), THIRD.due_at, id="two of three overdue"
            ),
            pytest.param((FIRST, SECOND, THIRD), THIRD.due_at, THIRD, (FIRST, SECOND), None, id="all of three overdue"),
            pytest.param((), SENT, None, (), None, id="nothing armed"),
        ],
    )
    def test_the_latest_overdue_step_is_fired_and_overtaken_ones_are_skipped(
        self,
        armed: tuple[Step, ...],
        now: datetime,
        fired: Step | None,
        skipped: tuple[Step, ...],
        next_due_at: datetime | None,
    ) -> None:
        advanced = advance(armed, now)

        assert (advanced.fired, advanced.skipped, advanced.next_due_at) == (fired, skipped, next_due_at)
        assert advanced.next_reminder_at == next_due_at

    def test_a_ladder_that_is_watched_fires_each_step_once(self) -> None:
        armed, fired = [FIRST, SECOND, THIRD], []
        for day in range(100):
            advanced = advance(armed, SENT + day * DAY)
            fired += [advanced.fired] if advanced.fired else []
            armed = [step for step in armed if step not in (advanced.fired, *advanced.skipped)]

        assert fired == [FIRST, SECOND, THIRD]
        assert armed == []


ARMED, STOPPED, FINISHED = LadderState.ARMED, LadderState.STOPPED, LadderState.FINISHED


class TestArming:
    """R2 and R3: one ladder per person and firm, a new one after it ended, and a stop that came first holds."""

    @pytest.mark.parametrize(
        ("epoch", "known", "subject_stop", "expected"),
        [
            pytest.param(1, (), None, Arming(ARMED), id="the first ladder is armed"),
            pytest.param(1, (Known(1, ARMED, True),), None, None, id="its mail is told twice"),
            pytest.param(1, (Known(1, STOPPED, True),), None, None, id="told again after it was stopped"),
            pytest.param(1, (Known(1, FINISHED, True),), None, None, id="told again after it finished"),
            pytest.param(1, (Known(1, STOPPED, False),), None, Arming(STOPPED), id="the stop overtook it"),
            pytest.param(2, (Known(1, STOPPED, True),), None, Arming(ARMED), id="R2: a new one after a stop"),
            pytest.param(2, (Known(1, FINISHED, True),), None, Arming(ARMED), id="R2: a new one after the end"),
            pytest.param(2, (Known(1, STOPPED, False),), None, Arming(ARMED), id="a tombstone is for its epoch only"),
            pytest.param(2, (Known(1, ARMED, True),), None, Arming(ARMED), id="it supersedes the earlier one"),
            pytest.param(
                1, (Known(2, ARMED, True),), None, Arming(STOPPED, StopReason.SUPERSEDED), id="a later one is there"
            ),
            pytest.param(
                1, (), StopReason.ACTIVATED, Arming(STOPPED, StopReason.ACTIVATED), id="the account is active already"
            ),
            pytest.param(1, (Known(1, ARMED, True),), StopReason.ACTIVATED, None, id="told again, account active"),
        ],
    )
    def test_a_ladder_starts_once_and_only_if_nothing_ended_it_before(
        self, epoch: int, known: tuple[Known, ...], subject_stop: StopReason | None, expected: Arming | None
    ) -> None:
        assert arming(epoch, known, subject_stop) == expected
