"""What the three contestants share: the command line, the go signal and the count of statements."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import uvloop
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass
class Counter:
    """Statements sent to PostgreSQL; an executemany counts once, as it travels once."""

    statements: int = 0

    def watch(self, engine: AsyncEngine) -> None:
        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def count(*_: object) -> None:
            self.statements += 1


Run = Callable[[str, str, Counter, asyncio.Event], Awaitable[None]]


def main(run: Run) -> None:
    """`python CONTESTANT DATABASE_URL RABBIT_URL`: reads "go" and later "stop" from stdin, prints what it counted."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_play(run, sys.argv[1], sys.argv[2]))


async def _play(run: Run, database_url: str, rabbit_url: str) -> None:
    counter, stop = Counter(), asyncio.Event()
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    work = asyncio.ensure_future(run(database_url, rabbit_url, counter, stop))
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps({"statements": counter.statements}), flush=True)
    stop.set()
    await work
