"""What an attempt makes of a message, and when it is tried again: pure, so it is told in tables (M4, M5)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifier_service.deliveries.domain import (
    ORDINARY_POLICY,
    SECURITY_POLICY,
    AttemptResult,
    Outcome,
    Progress,
    RetryPolicy,
    decide,
)
from notifier_service.lanes.breaker import LONGEST_PAUSE, Breaker
from notifier_service.messages.domain import MessageState, move

O, S = Outcome, MessageState  # noqa: E741  # the two words of the table below
POLICY = RetryPolicy(first_delay=timedelta(seconds=10), longest_delay=timedelta(minutes=5), attempts=3)
MIDDLE = 0.5


def seconds(delay: timedelta) -> float:
    return delay.total_seconds()


class TestDelays:
    @pytest.mark.parametrize(
        ("attempt", "jitter", "expected"),
        [(0, MIDDLE, 10), (1, MIDDLE, 10), (2, MIDDLE, 20), (3, MIDDLE, 40), (6, MIDDLE, 300), (1, 0, 8), (1, 1, 12)],
    )
    def test_they_double_up_to_the_ceiling_and_are_spread(self, attempt: int, jitter: float, expected: float) -> None:
        assert seconds(POLICY.delay(attempt, jitter)) == pytest.approx(expected)

    @given(st.integers(min_value=0, max_value=10**9), st.floats(min_value=0, max_value=1))
    def test_they_never_overflow_nor_pass_the_ceiling_by_more_than_the_spread(
        self, attempt: int, jitter: float
    ) -> None:
        assert timedelta(0) < POLICY.delay(attempt, jitter) <= POLICY.longest_delay * 1.2

    def test_a_mail_is_tried_for_days_and_a_code_for_minutes(self) -> None:
        def total(policy: RetryPolicy) -> timedelta:
            return sum((policy.delay(n, MIDDLE) for n in range(1, policy.attempts)), timedelta(0))

        assert timedelta(days=2) < total(ORDINARY_POLICY) < timedelta(days=4)
        assert timedelta(minutes=1) < total(SECURITY_POLICY) < timedelta(minutes=10)


class TestDecisions:
    @pytest.mark.parametrize(
        ("outcome", "before", "state", "counted", "uncertain", "permanent"),
        [
            pytest.param(O.ACCEPTED, Progress(1), S.SENT, 1, 0, False, id="the 250"),
            pytest.param(O.ACCEPTED, Progress(3, 2, 1), S.SENT, 3, 1, False, id="the 250 after trouble"),
            pytest.param(O.REFUSED, Progress(1), S.FAILED, 1, 0, True, id="5xx"),
            pytest.param(O.DEFERRED, Progress(1), S.DEFERRED, 1, 0, False, id="4xx"),
            pytest.param(O.DEFERRED, Progress(3, 2), S.FAILED, 3, 0, False, id="4xx at the limit"),
            pytest.param(O.DEFERRED, Progress(9, 1), S.DEFERRED, 2, 0, False, id="only counted attempts count"),
            pytest.param(O.UNCERTAIN, Progress(1), S.UNCERTAIN, 1, 1, False, id="in doubt: once more"),
            pytest.param(O.UNCERTAIN, Progress(2, 1, 1), S.FAILED, 2, 2, False, id="in doubt twice: never a third"),
            pytest.param(O.UNAVAILABLE, Progress(1), S.QUEUED, 0, 0, False, id="server away, first"),
            pytest.param(O.UNAVAILABLE, Progress(2, 1), S.DEFERRED, 1, 0, False, id="server away, later"),
            pytest.param(O.UNAVAILABLE, Progress(2, 1, 1), S.UNCERTAIN, 1, 1, False, id="server away, in doubt"),
            pytest.param(O.KEY_UNKNOWN, Progress(50), S.DEFERRED, 0, 0, False, id="key not here yet"),
            pytest.param(O.BROKEN, Progress(1), S.FAILED, 0, 0, False, id="does not open"),
            pytest.param(O.STALE, Progress(1), S.SUPPRESSED, 0, 0, False, id="expired"),
            pytest.param(O.UNWANTED, Progress(2, 1, 1), S.SUPPRESSED, 1, 1, False, id="revoked while in doubt"),
        ],
    )
    def test_each_outcome_has_its_consequence(
        self, outcome: Outcome, before: Progress, state: MessageState, counted: int, uncertain: int, permanent: bool
    ) -> None:
        decision = decide(before, AttemptResult(outcome, "detail"), POLICY, lambda: MIDDLE)

        assert (decision.state, decision.counted, decision.uncertain) == (state, counted, uncertain)
        assert decision.permanent is permanent

    @pytest.mark.parametrize("outcome", list(Outcome))
    @pytest.mark.parametrize("before", [Progress(1), Progress(2, 1), Progress(2, 1, 1), Progress(30, 24, 1)])
    def test_every_consequence_is_a_step_the_states_allow(self, outcome: Outcome, before: Progress) -> None:
        decision = decide(before, AttemptResult(outcome), ORDINARY_POLICY, lambda: MIDDLE)

        assert move(S.SENDING, decision.state) is decision.state
        # A late answer meets the state that the rescuer left.
        assert move(S.UNCERTAIN, decision.state) is decision.state

    @given(st.lists(st.sampled_from(list(Outcome)), max_size=60), st.floats(min_value=0, max_value=1))
    def test_copies_beyond_the_first_never_exceed_the_uncertain_attempts_nor_one(
        self, outcomes: list[Outcome], jitter: float
    ) -> None:
        progress, copies = Progress(1), 0
        for outcome in outcomes:
            decision = decide(progress, AttemptResult(outcome), POLICY, lambda: jitter)
            copies += outcome in {Outcome.ACCEPTED, Outcome.UNCERTAIN}
            if decision.state in {S.SENT, S.FAILED, S.SUPPRESSED}:
                break
            progress = Progress(progress.number + 1, decision.counted, decision.uncertain)

        assert copies <= 2

    def test_the_reason_is_the_servers_own_words(self) -> None:
        decision = decide(Progress(1), AttemptResult(O.REFUSED, "550 no such mailbox", 550), POLICY, lambda: MIDDLE)

        assert decision.reason == "550 no such mailbox"


class TestBreaker:
    """A server in trouble is probed, not stormed."""

    AWAY, WELL = AttemptResult(Outcome.UNAVAILABLE), AttemptResult(Outcome.ACCEPTED, code=250)

    def test_in_good_times_every_idle_courier_may_begin(self) -> None:
        assert Breaker(lambda: 0.0).allowance(idle=4, busy=2) == 4

    def test_after_trouble_nobody_begins_then_one_then_all(self) -> None:
        now = [100.0]
        breaker = Breaker(lambda: now[0])

        breaker.heard(self.AWAY)
        assert breaker.allowance(idle=4, busy=0) == 0
        now[0] += 0.6
        assert breaker.allowance(idle=4, busy=0) == 1
        assert breaker.allowance(idle=3, busy=1) == 0
        breaker.heard(self.WELL)
        assert breaker.allowance(idle=4, busy=0) == 4

    def test_couriers_that_meet_the_same_trouble_together_cause_one_pause(self) -> None:
        now = [100.0]
        breaker = Breaker(lambda: now[0])

        for _ in range(8):
            breaker.heard(self.AWAY)

        now[0] += 0.6
        assert breaker.allowance(idle=1, busy=0) == 1

    def test_pauses_double_up_to_half_a_minute(self) -> None:
        now = [0.0]
        breaker = Breaker(lambda: now[0])
        pauses = []
        for _ in range(12):
            breaker.heard(self.AWAY)
            began = now[0]
            while not breaker.allowance(idle=1, busy=0):
                now[0] += 0.25
            pauses.append(now[0] - began)

        assert pauses[:4] == [0.5, 1, 2, 4]
        assert max(pauses) == LONGEST_PAUSE

    def test_what_never_reached_the_server_does_not_end_the_trouble(self) -> None:
        breaker = Breaker(lambda: 0.0)
        breaker.heard(self.AWAY)

        breaker.heard(AttemptResult(Outcome.UNWANTED))

        assert breaker.open
