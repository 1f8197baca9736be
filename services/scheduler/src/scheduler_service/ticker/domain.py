"""How long the ticker may sleep, as a pure function."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Work that is due but locked by another replica or a handler is looked at again after this long.
CONTENDED = timedelta(milliseconds=100)
# The host's clock may run ahead of the database's by a hair: never spin on the difference.
SHORTEST = timedelta(milliseconds=10)


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick saw: the database's time, the earliest step before it ran, and how many ladders it advanced."""

    now: datetime
    next_due_at: datetime | None
    advanced: int

    def pause(self, longest: timedelta) -> timedelta:
        """How long to sleep: not at all while there was work, else until the next step, `longest` at most."""
        if self.advanced:
            return timedelta()
        if self.next_due_at is None:
            return longest
        if self.next_due_at <= self.now:
            return min(CONTENDED, longest)
        return min(max(self.next_due_at - self.now, SHORTEST), longest)
