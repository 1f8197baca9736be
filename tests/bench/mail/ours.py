"""The notifier's lanes and caretaker as a worker runs them; what they send waits in the database already."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from contestant import Task, main
from mails import invitation, settings
from notifier_service.bootstrap import SERVICE, background, open_deps
from service_kit.db import Database
from service_kit.logging import configure_logging
from service_kit.testing import Harness
from sqlalchemy import event

BATCH = 500


async def prepare(task: Task) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Fills the queue as the consumer does; statements are counted from then on."""
    # Logs are written as in production, just not to the terminal.
    configure_logging(SERVICE.name, "info", "json", cache_loggers=True)
    stack = AsyncExitStack()
    ours = settings(task.database_url, task.smtp_port, task.connections)
    database = Database(task.database_url, source=SERVICE.source)
    stack.push_async_callback(database.close)
    deps = await stack.enter_async_context(open_deps(ours, database))
    harness = Harness(SERVICE, database, deps)
    for first in range(0, task.mails, BATCH):
        numbers = range(first, min(first + BATCH, task.mails))
        await harness.deliver(*(invitation(number) for number in numbers), together=True)

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def count(*_: object) -> None:
        task.statements += 1

    async def run(stop: asyncio.Event) -> None:
        # A worker's relay waits for the outbox in the same process; without it every turn would cost a NOTIFY.
        async with stack, database.wakeups.listening("outbox"), asyncio.TaskGroup() as group:
            for loop in background(deps, database, ours):
                group.create_task(loop.run(stop))

    return run


if __name__ == "__main__":
    main(prepare)
