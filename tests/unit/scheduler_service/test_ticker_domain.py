"""How long the ticker sleeps: until there is work, never longer than it was told, never spinning."""

from datetime import UTC, datetime, timedelta

import pytest
from scheduler_service.ticker.domain import CONTENDED, SHORTEST, Tick

NOW = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
LONGEST = timedelta(seconds=5)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("next_due_at", "advanced", "expected"),
    [
        pytest.param(None, 0, LONGEST, id="nothing is armed"),
        pytest.param(NOW + 7 * DAY, 0, LONGEST, id="the next step is far"),
        pytest.param(NOW + timedelta(seconds=2), 0, timedelta(seconds=2), id="the next step is near"),
        pytest.param(NOW + timedelta(microseconds=1), 0, SHORTEST, id="the next step is a hair away"),
        pytest.param(NOW - DAY, 0, CONTENDED, id="what is due is held by another"),
        pytest.param(NOW, 3, timedelta(), id="there was work, so there may be more"),
    ],
)
def test_the_pause_ends_when_there_is_work(next_due_at: datetime | None, advanced: int, expected: timedelta) -> None:
    assert Tick(NOW, next_due_at, advanced).pause(LONGEST) == expected


def test_a_short_limit_holds_against_contention() -> None:
    assert Tick(NOW, NOW, 0).pause(timedelta(milliseconds=20)) == timedelta(milliseconds=20)
