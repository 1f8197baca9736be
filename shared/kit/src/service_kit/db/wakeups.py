"""Waking who waits for rows: debounced NOTIFY after a commit; waiters poll as well, so a lost one costs only time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

# One NOTIFY per transaction would serialise all commits of the server; one per pause does not.
DEBOUNCE_SECONDS = 0.01
RECONNECT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Wakeups:
    """Signals and waits on channels of one database, inside this process and across processes."""

    def __init__(self, engine: AsyncEngine, url: str) -> None:
        self._engine = engine
        self._url = url
        self._local: dict[str, list[asyncio.Event]] = {}
        self._pending: set[str] = set()
        self._notifier: asyncio.Task[None] | None = None

    def signal(self, channels: Iterable[str]) -> None:
        """Wakes the waiters of these channels soon. Never fails: waiters poll as well."""
        for channel in channels:
            for event in self._local.get(channel, ()):
                event.set()
            if channel not in self._local:
                self._pending.add(channel)
        if self._pending and (self._notifier is None or self._notifier.done()):
            self._notifier = asyncio.create_task(self._notify())

    async def _notify(self) -> None:
        while self._pending:
            await asyncio.sleep(DEBOUNCE_SECONDS)
            channels, self._pending = self._pending, set()
            try:
                async with self._engine.begin() as connection:
                    for channel in sorted(channels):
                        await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})
            except Exception as error:
                log.warning("wake-up not sent: %s", type(error).__name__)

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator["Waiter"]:
        """Waits on a channel for the length of the block; reconnects by itself."""
        event = asyncio.Event()
        self._local.setdefault(channel, []).append(event)
        task = asyncio.create_task(self._listen(channel, event))
        try:
            yield Waiter(event)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._local[channel].remove(event)
            if not self._local[channel]:
                del self._local[channel]

    async def _listen(self, channel: str, event: asyncio.Event) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url, timeout=5)
                try:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda _, lost=lost: lost.set())
                    await connection.add_listener(channel, lambda *_: event.set())
                    event.set()
                    await lost.wait()
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("not listening on %s: %s", channel, type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def close(self) -> None:
        """Sends what is pending, at most for a second, and stops."""
        if self._notifier is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._notifier, 1)


class Waiter:
    """One side of a channel: `wait` returns when it was signalled, or after `timeout` seconds."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    @property
    def is_signalled(self) -> bool:
        """Whether the next `wait` returns at once."""
        return self._event.is_set()

    async def wait(self, timeout: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
