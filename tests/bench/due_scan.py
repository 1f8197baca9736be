"""B3: one tick with 100 due reminders among N pending ones, against the same statements in bare asyncpg.

`python tests/bench/due_scan.py [N ...]` with POSTGRES_URL set (default 10000 100000). Each round runs every size and
the floor in turn; the rounds' ratios are printed as median (smallest to largest). Goal: tick(large)/tick(small) <= 1.2.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from measure import ratio
from scheduler_service.bootstrap import SERVICE
from scheduler_service.ticker import repository
from scheduler_service.ticker.service import Ticker
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.testing.databases import drop_templates, fresh_database
from sqlalchemy import TextClause

DUE = 100
ROUNDS = 7
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
ADD_LADDERS = """
    INSERT INTO ladder (id, kind, subject_id, firm_id, epoch, state, started_at, next_due_at, expiry_due_at)
    SELECT gen_random_uuid(), 'invitation', gen_random_uuid(), gen_random_uuid(), 1, 'armed', $1::timestamptz + late,
           $1 + late + $3::interval, $1 + late + $4::interval
    FROM generate_series(1, $2::integer) AS n, make_interval(secs => n) AS late
"""
ADD_REMINDERS = """
    INSERT INTO reminder (id, ladder_id, step, due_at, state)
    SELECT gen_random_uuid(), ladder.id, step, started_at + duration, 'armed'
    FROM ladder CROSS JOIN unnest($1::interval[]) WITH ORDINALITY AS policy (duration, step)
    WHERE NOT EXISTS (SELECT FROM reminder WHERE ladder_id = ladder.id)
"""
ADD_EVENTS = """
    INSERT INTO outbox (id, type, subject, data)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
"""


def bare(statement: TextClause, *names: str) -> str:
    """The service's own statement with asyncpg's numbered parameters."""
    sql = statement.text
    for number, name in enumerate(names, start=1):
        sql = sql.replace(f":{name}", f"${number}")
    return sql


PEEK = bare(repository.PEEK)
CLAIM = bare(repository.CLAIM, "now", "limit")
ARMED_STEPS = bare(repository.ARMED_STEPS, "ladders")
RECORD_STEPS = bare(repository.RECORD_STEPS, "now", "ids", "states")
RECORD_LADDERS = bare(repository.RECORD_LADDERS, "now", "finished", "ids", "next_due", "expired")


@dataclass
class Contestant:
    """One database with N pending reminders: the service's ticker and the floor take turns on it."""

    size: int
    ticker: Ticker
    connection: asyncpg.Connection
    ticks: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)

    async def fill(self, ladders: int, sent_at: datetime) -> None:
        await self.connection.execute(ADD_LADDERS, sent_at, ladders, WEEK, 2 * MONTH)
        await self.connection.execute(ADD_REMINDERS, [WEEK, MONTH])

    async def round(self) -> None:
        await self.fill(DUE, datetime.now(UTC) - timedelta(days=8))
        start = time.perf_counter()
        ticked = await self.ticker.tick_once()
        self.ticks.append(time.perf_counter() - start)
        assert ticked.advanced == DUE
        start = time.perf_counter()
        await self.ticker.tick_once()
        self.idle.append(time.perf_counter() - start)
        await self.fill(DUE, datetime.now(UTC) - timedelta(days=8))
        start = time.perf_counter()
        assert await floor(self.connection) == DUE
        self.floors.append(time.perf_counter() - start)


async def floor(connection: asyncpg.Connection) -> int:
    """What a tick makes the database do, by hand: no contracts, no domain, no session."""
    async with connection.transaction():
        now = (await connection.fetchrow(PEEK))["now"]
        ladders = await connection.fetch(CLAIM, now, DUE * 2)
        ids = [row["id"] for row in ladders]
        steps = await connection.fetch(ARMED_STEPS, ids)
        first = [row["id"] for row in steps if row["step"] == 1]
        second: dict[UUID, datetime] = {row["ladder_id"]: row["due_at"] for row in steps if row["step"] == 2}
        await connection.execute(RECORD_STEPS, now, first, ["fired"] * len(first))
        to_come = [second[each] for each in ids]
        await connection.execute(RECORD_LADDERS, now, "finished", ids, to_come, [False] * len(ids))
        events = [new_id() for _ in range(2 * len(ids))]
        many = len(events)
        await connection.execute(
            ADD_EVENTS, events, ["scheduler.reminder.due.v1"] * many, ["x" * 90] * many, ["{}"] * many
        )
    return len(ladders)


@asynccontextmanager
async def contestant(postgres_url: str, size: int) -> AsyncIterator[Contestant]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(fresh_database(postgres_url, SERVICE))
        database = Database(urls.url, source=SERVICE.source)
        stack.push_async_callback(database.close)
        connection = await asyncpg.connect(urls.owner_url)
        stack.push_async_callback(connection.close)
        ticker = Ticker(database, longest_sleep=timedelta(seconds=5), batch=DUE * 2)
        one = Contestant(size, ticker, connection)
        await one.fill(size // 2, datetime.now(UTC))
        await connection.execute("VACUUM (ANALYZE)")
        yield one


async def main(sizes: list[int]) -> None:
    postgres_url = os.environ["POSTGRES_URL"]
    async with AsyncExitStack() as stack:
        contestants = [await stack.enter_async_context(contestant(postgres_url, size)) for size in sizes]
        for number in range(ROUNDS + 1):
            for one in contestants:
                await one.round()
            if number == 0:  # the first round warms caches and prepared statements
                for one in contestants:
                    one.ticks, one.floors, one.idle = [], [], []
        for one in contestants:
            milliseconds = sorted(one.ticks)[len(one.ticks) // 2] * 1000
            print(
                f"pending {one.size:>9,}: tick of {DUE} {milliseconds:6.1f} ms, {ratio(one.floors, one.ticks)} of floor"
            )
        small, large = contestants[0], contestants[-1]
        print(f"due scan: tick({large.size})/tick({small.size}) = {ratio(large.ticks, small.ticks)}")
        print(f"due scan: idle({large.size})/idle({small.size}) = {ratio(large.idle, small.idle)}")
    await drop_templates()


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or [10_000, 100_000]))
