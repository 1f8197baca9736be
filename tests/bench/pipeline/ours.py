"""The kit with a handler written like any other: the sample service's, with validation, metrics and context on."""

import asyncio

from contestant import Counter, main
from prometheus_client import CollectorRegistry
from service_kit.db import Database
from service_kit.logging import configure_logging
from service_kit.messaging.consumer import Consumer
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.relay import Relay
from service_kit.testing.sample.service import SAMPLE


async def run(database_url: str, rabbit_url: str, counter: Counter, stop: asyncio.Event) -> None:
    configure_logging("bench", "info")
    database = Database(database_url, source=SAMPLE.source)
    counter.watch(database.engine)
    metrics = MessagingMetrics(CollectorRegistry())
    consumer = Consumer(SAMPLE.name, rabbit_url, database, SAMPLE.handlers, None, metrics)
    relay = Relay(database, Publisher(rabbit_url, "relay", SAMPLE.name), metrics)
    await asyncio.gather(consumer.run(stop), relay.run(stop))
    await database.close()


if __name__ == "__main__":
    main(run)
