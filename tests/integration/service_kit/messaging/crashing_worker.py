"""A worker of the sample service that dies where its arguments say, as a process that is killed does: at once.

python crashing_worker.py DATABASE_URL RABBIT_URL [never | after_commit | after_publish | on_deadly]
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from event_contracts.identity import AccountActivated
from prometheus_client import CollectorRegistry
from service_kit.db import Database, UnitOfWork
from service_kit.messaging.consumer import Consumer
from service_kit.messaging.handlers import Handlers, handle
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.relay import Relay
from service_kit.testing.sample.service import SAMPLE, on_account_activated


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DeadlyDatabase(Database):
    """Dies between the commit and everything that follows it."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        async with super().transaction() as uow:
            yield uow
        die()


class DeadlyPublisher(Publisher):
    """Dies when the broker has confirmed."""

    async def publish(self, *arguments: Any, **options: Any) -> None:
        await super().publish(*arguments, **options)
        die()


async def handler(event: Any, uow: UnitOfWork, deps: None) -> Any:
    if event.data.user_name == "deadly":
        die()
    return await on_account_activated(event, uow, deps)


async def main(database_url: str, rabbit_url: str, when: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = (DeadlyDatabase if when == "after_commit" else Database)(database_url, source=SAMPLE.source)
    publisher = (DeadlyPublisher if when == "after_publish" else Publisher)(rabbit_url, "relay", "notifier")
    metrics = MessagingMetrics(CollectorRegistry())
    function = handler if when == "on_deadly" else on_account_activated
    handlers: Handlers[None] = Handlers((handle(AccountActivated, function, name="on_account_activated"),))
    consumer = Consumer("notifier", rabbit_url, database, handlers, None, metrics)
    await asyncio.gather(consumer.run(stop), Relay(database, publisher, metrics).run(stop))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
