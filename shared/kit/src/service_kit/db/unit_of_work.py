"""One transaction as a request or a message sees it: session, outbox, queued inserts, its own `now()`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.clock import app_now
from service_kit.db.queued_inserts import QueuedInserts
from service_kit.messaging.outbox import Outbox


class UnitOfWork:
    """What a use case works with. It never commits: the edge does, once, after the use case returned."""

    def __init__(self, session: AsyncSession, source: str) -> None:
        self.session = session
        self.outbox = Outbox(source)
        self.wakes: set[str] = set()
        self.abandoned = False
        self._inserts = QueuedInserts(session)
        self._now: datetime | None = None

    async def now(self) -> datetime:
        """`app_now()` of this transaction; asked of the database once."""
        if self._now is None:
            self._now = (await self.session.execute(select(app_now()))).scalar_one()
        return self._now

    def insert(self, table: type, values: Mapping[str, Any], *, ignore_conflicts: bool = False) -> None:
        """Queues one row of a SQLModel table. All queued rows of a table go out in one round trip, sorted by key,
        before the next statement of this session or at commit. `ignore_conflicts` skips rows that exist already."""
        self._inserts.add(table, values, ignore_conflicts=ignore_conflicts)

    def wake(self, channel: str) -> None:
        """After the commit, wakes whoever waits on `channel` in any process of this database."""
        self.wakes.add(channel)

    def abandon(self) -> None:
        """A dry run: the edge rolls everything back at the end, whoever answers what. `outbox.said` tells the rest."""
        self.abandoned = True

    async def flush(self) -> None:
        """Writes what is pending: session, queued inserts, then the outbox rows, whose locks are all held by now."""
        await self.session.flush()
        await self._inserts.flush()
        if await self.outbox.flush(self.session):
            self.wakes.add("outbox")
