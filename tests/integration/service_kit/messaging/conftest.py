"""A pipeline of the sample service: its database, its broker, a consumer and a relay that run while the test does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import pytest
from event_contracts import EventData
from event_contracts.identity import AccountActivated
from event_contracts.people import Language, Recipient
from prometheus_client import CollectorRegistry
from service_kit.db import Database, UnitOfWork
from service_kit.errors import Unavailable
from service_kit.ids import new_id
from service_kit.messaging.consumer import Consumer, ConsumerOptions
from service_kit.messaging.delivery import ATTEMPTS
from service_kit.messaging.handlers import Handlers, handle
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.relay import Relay
from service_kit.messaging.retry_policy import RetryPolicy
from service_kit.messaging.topology import EVENTS, RETRY_DELAYS, Names, declare
from service_kit.testing.brokers import TestBroker
from service_kit.testing.events import arrived
from service_kit.testing.plugin import DatabaseFactory
from service_kit.testing.proxy import TcpProxy, tcp_proxy
from service_kit.testing.sample.service import SAMPLE
from service_kit.testing.waiting import eventually
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

OUTCOMES = ("handled", "duplicate", "rejected", "retried", "dead", "parked")
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
    registry: CollectorRegistry
    metrics: MessagingMetrics
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    owner: AsyncEngine = field(init=False)
    names: Names = field(default_factory=lambda: Names("notifier"))

    def __post_init__(self) -> None:
        self.owner = create_async_engine(make_url(self.owner_url).set(drivername="postgresql+asyncpg"))

    def consume(
        self,
        *,
        handlers: Handlers[Any] = SAMPLE.handlers,
        options: ConsumerOptions = QUICK,
        url: str | None = None,
        database: Database | None = None,
    ) -> Consumer[Any]:
        database = database or self.database
        consumer = Consumer("notifier", url or self.broker.url, database, handlers, None, self.metrics, options)
        self.tasks.append(asyncio.create_task(consumer.run(self.stop)))
        return consumer

    def relay(self, *, url: str | None = None, database: Database | None = None) -> Relay:
        publisher = Publisher(url or self.broker.url, "relay", "notifier")
        relay = Relay(database or self.database, publisher, self.metrics)
        self.tasks.append(asyncio.create_task(relay.run(self.stop)))
        return relay

    def handlers(self, function: Any) -> Handlers[Any]:
        """The sample's table with another function; the inbox knows it by the same name."""
        return Handlers((handle(AccountActivated, function, name="on_account_activated"),))

    def handled(self, outcome: str) -> float:
        """How many messages had this outcome so far."""
        value = self.registry.get_sample_value(
            "inbox_handled_total", {"type": AccountActivated.event_type, "outcome": outcome}
        )
        return value or 0

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AsyncConnection]:
        """A superuser's connection to another database of the same server; statements take effect at once."""
        url = make_url(self.owner_url).set(drivername="postgresql+asyncpg", database="postgres")
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            yield connection
        await engine.dispose()

    @asynccontextmanager
    async def second_database(self) -> AsyncIterator[Database]:
        """The same database with a pool and wake-ups of its own, as another process has them."""
        database = Database(self.database.url, source=SAMPLE.source)
        try:
            yield database
        finally:
            await database.close()

    async def send(self, *events: Any, attempts: int = 0) -> None:
        """Events, bare data, or raw bytes; as if so many attempts had failed before."""
        headers = {ATTEMPTS: attempts} if attempts else None
        for event in events:
            if isinstance(event, bytes):
                await self.publisher.publish(EVENTS, AccountActivated.event_type, event, type="test")
                continue
            envelope = arrived(event) if isinstance(event, EventData) else event
            body = envelope.model_dump_json().encode()
            await self.publisher.publish(EVENTS, envelope.type, body, type=envelope.type, headers=headers)

    async def count(self, table: str, where: str = "true") -> int:
        async with self.owner.connect() as connection:
            return (await connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}"))).scalar_one()

    async def notes(self, number: int, within: float = 20) -> None:
        """Waits for exactly so many notes."""
        await self.until_count("note", number, within=within)

    async def until_count(self, table: str, number: int, where: str = "true", within: float = 20) -> None:
        async def reached() -> bool:
            return await self.count(table, where) == number

        await eventually(reached, within=within)

    async def until_handled(self, number: int, within: float = 20) -> None:
        """Waits until so many messages reached any outcome."""

        async def reached() -> bool:
            return sum(self.handled(outcome) for outcome in OUTCOMES) == number

        await eventually(reached, within=within)

    async def until_consumed(self, consumers: int = 1) -> None:
        """Waits until the broker feeds so many consumers of the inbox."""

        async def reached() -> bool:
            channel = await self.publisher.channel()
            queue = await channel.declare_queue(self.names.inbox, passive=True)
            return queue.declaration_result.consumer_count == consumers

        await eventually(reached)

    async def until_unavailable(self, consumer: Consumer[Any]) -> None:
        """Waits until the consumer itself says that something it needs is away."""

        async def reached() -> bool:
            try:
                await consumer.check()
            except Unavailable as error:
                return error.detail != "not connected yet"
            return False

        await eventually(reached)

    async def nothing_failed(self) -> None:
        """Stops; then no message was lost on the way to an outcome, none counted an attempt, none is dead."""
        await self.finish()
        names = self.names
        for queue in (names.inbox, names.dead, names.parked, *map(names.delay, RETRY_DELAYS)):
            assert await self.depth(queue) == 0, queue
        assert await self.count("running") == 0
        assert self.handled("retried") == self.handled("dead") == 0

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
        registry = CollectorRegistry()
        pipeline = Pipeline(broker, database, urls.owner_url, publisher, registry, MessagingMetrics(registry))
        stack.push_async_callback(pipeline.owner.dispose)
        stack.push_async_callback(pipeline.finish)
        yield pipeline


@pytest.fixture
async def pipeline(broker: TestBroker, database_for: DatabaseFactory) -> AsyncIterator[Pipeline]:
    async with open_pipeline(broker, database_for) as pipeline:
        yield pipeline


class FrailDatabase(Database):
    """Is away until it is told otherwise."""

    is_away = True

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.is_away:
            raise ConnectionRefusedError
        return super().transaction()

    async def ping(self) -> None:
        if self.is_away:
            raise ConnectionRefusedError
        await super().ping()


@pytest.fixture
async def frail(pipeline: Pipeline) -> AsyncIterator[FrailDatabase]:
    database = FrailDatabase(pipeline.database.url, source=SAMPLE.source)
    yield database
    await pipeline.finish()
    await database.close()


@pytest.fixture
def quick() -> ConsumerOptions:
    """Short pauses, one retry."""
    return QUICK


@pytest.fixture
def make_activated() -> Any:
    return activated


@pytest.fixture
async def proxy(broker: TestBroker) -> AsyncIterator[TcpProxy]:
    """Between a service and the broker."""
    async with tcp_proxy(broker.url) as proxy:
        yield proxy
