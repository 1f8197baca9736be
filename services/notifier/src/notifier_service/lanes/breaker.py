"""While the server itself is in trouble a lane pauses, so that no message is tried in vain; then a probe goes first."""

import time
from collections.abc import Callable

from notifier_service.deliveries.domain import AttemptResult, Outcome

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class Breaker:
    """Says how many messages may be taken now. Pauses double up to half a minute; any real answer ends the trouble."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._troubles = 0
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Whether the last thing heard of the server was trouble."""
        return self._troubles > 0

    def allowance(self, idle: int, busy: int) -> int:
        """How many of the idle couriers may begin."""
        if not self._troubles:
            return idle
        if self._monotonic() < self._until or busy:
            return 0
        return min(idle, 1)

    def heard(self, result: AttemptResult) -> None:
        if result.outcome is Outcome.UNAVAILABLE:
            # Couriers that began together meet the same trouble together: that is one pause, not many.
            if self._monotonic() >= self._until:
                self._troubles += 1
                self._until = self._monotonic() + min(FIRST_PAUSE * 2 ** min(self._troubles - 1, 10), LONGEST_PAUSE)
        elif result.code is not None:
            self._troubles = 0
