"""What notifier counts: attempts by lane and outcome, their duration, and what waits, by lane and state."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.registry import Collector

from notifier_service.deliveries.domain import AttemptResult
from notifier_service.messages.domain import WAITING_STATES, Lane, MessageState

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class DeliveryMetrics:
    """The metrics of one process; the kit registers them."""

    def __init__(self) -> None:
        self._attempts = Counter("notifier_attempts", "Attempts by outcome", ["lane", "outcome"], registry=None)
        self._seconds = Histogram(
            "notifier_attempt_seconds", "Seconds per attempt", ["lane"], registry=None, buckets=_BUCKETS
        )
        self._queue = Gauge("notifier_queue_messages", "Unsettled messages", ["lane", "state"], registry=None)
        self._oldest = Gauge(
            "notifier_queue_oldest_seconds", "Age of the oldest unsettled message", ["lane", "state"], registry=None
        )
        self._paused = Gauge("notifier_lane_paused", "1 while the server is in trouble", ["lane"], registry=None)

    @property
    def collectors(self) -> Iterable[Collector]:
        return (self._attempts, self._seconds, self._queue, self._oldest, self._paused)

    def attempt(self, lane: Lane, result: AttemptResult, seconds: float) -> None:
        self._attempts.labels(lane, result.outcome).inc()
        self._seconds.labels(lane).observe(seconds)

    def paused(self, lane: Lane, is_paused: bool) -> None:
        self._paused.labels(lane).set(is_paused)

    def queue(self, rows: list[tuple[str, str, int, float]]) -> None:
        """Takes over a summary; lanes and states that are not in it are empty."""
        seen = {(lane, state): (count, age) for lane, state, count, age in rows}
        for lane in Lane:
            for state in (*WAITING_STATES, MessageState.SENDING):
                count, age = seen.get((lane, state), (0, 0.0))
                self._queue.labels(lane, state).set(count)
                self._oldest.labels(lane, state).set(age)
