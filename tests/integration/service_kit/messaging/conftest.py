"""A pipeline of the sample service: its database, its broker, a consumer and a relay that run while the test does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import pytest
from event_contracts import EventData
from event_contracts.identity import AccountActivated
from event_contracts.people import Language, Recipient
from prometheus_client import CollectorRegistry
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.messaging.consumer import Consumer, ConsumerOptions
from service_kit.messaging.handlers import Handlers
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.relay import Relay
from service_kit.messaging.retry_policy import RetryPolicy
from service_kit.messaging.topology import EVENTS, Names, declare
from service_kit.testing.brokers import TestBroker
from service_kit.testing.events import arrived
from service_kit.testing.plugin import DatabaseFactory
from service_kit.testing.sample.service import SAMPLE
from service_kit.testing.waiting import eventually
from sqlalchemy import text

QUICK = ConsumerOptions(policy=RetryPolicy(delays=("5s",)), check_every=0.5, longest_pause=0.5)


def activated(user_name: str = "ann") -> AccountActivated:
    recipient = Recipient(email="ann@example.org", given_name="Ann", family_name="Lee", language=Language.EN)
    return AccountActivated(account_id=new_id(), user_name=user_name, recipient=recipient)


@dataclass
class Pipeline:
    """The sample's consumer(s) and relay; `send` publishes as another service's relay would."""

    broker: TestBroker
    database: Database
    owner_url: str
    publisher: Publisher
    metrics: MessagingMetrics
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    names: Names = field(default_factory=lambda: Names("notifier"))

    def consume(self, *, handlers: Handlers[Any] = SAMPLE.handlers, options: ConsumerOptions = QUICK) -> Consumer[Any]:
        consumer = Consumer("notifier", self.broker.url, self.database, handlers, None, self.metrics, options)
        self.tasks.append(asyncio.create_task(consumer.run(self.stop)))
        return consumer

    def relay(self) -> Relay:
        relay = Relay(self.database, Publisher(self.broker.url, "relay", "notifier"), self.metrics)
        self.tasks.append(asyncio.create_task(relay.run(self.stop)))
        return relay

    async def send(self, *events: Any) -> None:
        """Events, bare data, or raw bytes."""
        for event in events:
            if isinstance(event, bytes):
                await self.publisher.publish(EVENTS, AccountActivated.event_type, event, type="test")
                continue
            envelope = arrived(event) if isinstance(event, EventData) else event
            await self.publisher.publish(EVENTS, envelope.type, envelope.model_dump_json().encode(), type=envelope.type)

    async def count(self, table: str, where: str = "true") -> int:
        async with self.database.engine.connect() as connection:
            return (await connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one()

    async def notes(self, number: int, within: float = 20) -> None:
        """Waits for exactly so many notes."""
        await eventually(lambda: self._has("note", number), within=within)

    async def _has(self, table: str, number: int) -> bool:
        return await self.count(table) == number

    async def depth(self, queue: str) -> int:
        channel = await self.publisher.channel()
        return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count

    async def until_depth(self, queue: str, number: int, within: float = 20) -> None:
        async def reached() -> bool:
            return await self.depth(queue) == number

        await eventually(reached, within=within)

    async def get(self, queue: str) -> aio_pika.abc.AbstractIncomingMessage:
        channel = await self.publisher.channel()
        message = await (await channel.get_queue(queue)).get(timeout=5)
        await message.ack()
        return message

    async def finish(self) -> None:
        self.stop.set()
        await asyncio.gather(*self.tasks)
        self.tasks.clear()
        self.stop = asyncio.Event()


@asynccontextmanager
async def open_pipeline(broker: TestBroker, database_for: DatabaseFactory) -> AsyncIterator[Pipeline]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(database_for(SAMPLE))
        database = Database(urls.url, source=SAMPLE.source)
        stack.push_async_callback(database.close)
        publisher = Publisher(broker.url, "test", "identity")
        stack.push_async_callback(publisher.close)
        await declare(await publisher.channel(), "notifier", SAMPLE.handlers.types)
        metrics = MessagingMetrics(CollectorRegistry())
        pipeline = Pipeline(broker, database, urls.owner_url, publisher, metrics)
        stack.push_async_callback(pipeline.finish)
        yield pipeline


@pytest.fixture
async def pipeline(broker: TestBroker, database_for: DatabaseFactory) -> AsyncIterator[Pipeline]:
    async with open_pipeline(broker, database_for) as pipeline:
        yield pipeline


@pytest.fixture
def make_activated() -> Any:
    return activated


def names_of(events: Sequence[AccountActivated]) -> list[str]:
    return [event.user_name for event in events]
