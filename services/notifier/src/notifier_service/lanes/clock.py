"""Time between two looks at the database: each claim brings `app_now()`, a steady clock adds the rest."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class FollowingClock:
    """A `Clock` that was right when last told, and has gone on since at the pace of the monotonic clock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told = datetime.now(UTC)
        self._at = monotonic()

    def follow(self, database_now: datetime) -> None:
        """Takes over what the database just said."""
        self._told, self._at = database_now, self._monotonic()

    def now(self) -> datetime:
        return self._told + timedelta(seconds=self._monotonic() - self._at)
