"""What both contestants share: their arguments, the go signal, and the count of statements."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import uvloop


@dataclass
class Task:
    """What is to be done: mails through so many connections; the contestant counts its statements."""

    database_url: str
    smtp_port: int
    connections: int
    mails: int
    statements: int = 0


Prepare = Callable[[Task], Awaitable[Callable[[asyncio.Event], Awaitable[None]]]]


def main(prepare: Prepare) -> None:
    """`python CONTESTANT DATABASE_URL SMTP_PORT CONNECTIONS MAILS`: "go" and later "stop" come from stdin."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_play(prepare))


async def _play(prepare: Prepare) -> None:
    url, *numbers = sys.argv[1:]
    task, stop = Task(url, *(int(number) for number in numbers)), asyncio.Event()
    run = await prepare(task)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    work = asyncio.ensure_future(run(stop))
    await loop.run_in_executor(None, sys.stdin.readline)
    stop.set()
    await work
    print(json.dumps({"statements": task.statements}), flush=True)
