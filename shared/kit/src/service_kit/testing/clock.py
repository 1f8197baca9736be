"""Time under a test's control."""

from datetime import datetime, timedelta

import asyncpg


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


async def set_app_now(owner_url: str, offset: timedelta) -> None:
    """Moves `app_now()` of one database by `offset` from its real time; only the owner role may."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute('UPDATE app_clock SET "offset" = $1', offset)
    finally:
        await connection.close()
