"""Time under a test's control."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg

from service_kit.testing.waiting import eventually

Shift = Callable[[timedelta], Awaitable[None]]


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


@asynccontextmanager
async def shifting(owner_urls: Sequence[str], settled: Callable[[], Awaitable[bool]]) -> AsyncIterator[Shift]:
    """Moves `app_now()` of a whole system for the block; afterwards it is the present again, once `settled` says so."""

    async def move(offset: timedelta) -> None:
        for url in owner_urls:
            await set_app_now(url, offset)

    yield move
    await move(timedelta())
    await eventually(settled, within=30)
