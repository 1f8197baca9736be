"""How often and how late a failed message is tried again: a pure table."""

from dataclasses import dataclass
from datetime import timedelta

from service_kit.messaging.topology import RETRY_DELAYS


@dataclass(frozen=True)
class RetryPolicy:
    """`delays` names the queue after each failed attempt; when they are used up the message is a dead letter."""

    delays: tuple[str, ...] = ("5s", "1min", "15min", "15min", "15min")
    crashes: int = 3
    park_unknown_after: timedelta = timedelta(days=1)
    unknown_delay: str = "15min"

    def delay_after(self, attempt: int, wanted: timedelta | None = None) -> str | None:
        """The delay queue after failed attempt number `attempt` (from 1), or None when it was the last.

        `wanted` is what the handler asked for: the longest delay that is not longer.
        """
        if attempt > len(self.delays):
            return None
        if wanted is None:
            return self.delays[attempt - 1]
        fitting = [name for name, seconds in RETRY_DELAYS.items() if seconds <= wanted.total_seconds()]
        return fitting[-1] if fitting else next(iter(RETRY_DELAYS))
