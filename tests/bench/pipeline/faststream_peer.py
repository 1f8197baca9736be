"""FastStream doing the same durable work as its users write it: a subscriber with one transaction per message, then the
floor's bare relay, so that only the handling differs."""

import asyncio
import json
from typing import Any

import asyncpg
from contestant import Counter, main
from event_contracts import Event
from event_contracts.identity import AccountActivated
from event_contracts.notifier import MessageRef, MessageSuppressed
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitExchange, RabbitMessage, RabbitQueue
from floor import relay
from service_kit.testing.sample.service import Note, SampleTable
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from uuid_utils.compat import uuid7

INBOX = SampleTable.metadata.tables["inbox"]
OUTBOX = SampleTable.metadata.tables["outbox"]


async def handle(session: AsyncSession, event: Event[AccountActivated]) -> None:
    claim = insert(INBOX).values(event_id=event.id, handler="on_account_activated", source=event.source)
    fresh = await session.execute(claim.on_conflict_do_nothing().returning(INBOX.c.event_id))
    if fresh.first() is None:
        return
    account = event.data
    await session.execute(
        insert(Note).values(event_id=event.id, account_id=account.account_id, user_name=account.user_name)
    )
    message = MessageRef(message_id=event.id, template="note", channel="mail", account_id=account.account_id)
    said = MessageSuppressed(message=message, reason="noted")
    await session.execute(
        insert(OUTBOX).values(
            id=uuid7(),
            type=said.event_type,
            subject=said.subject,
            correlation_id=event.correlationid,
            causation_id=str(event.id),
            data=said.model_dump_json(),
        )
    )


async def decode(message: RabbitMessage) -> Any:
    """FastStream knows `application/json` only."""
    return json.loads(message.body)


async def run(database_url: str, rabbit_url: str, counter: Counter, stop: asyncio.Event) -> None:
    engine = create_async_engine(make_url(database_url).set(drivername="postgresql+asyncpg"), pool_size=8)
    counter.watch(engine)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    wake = asyncio.Event()
    channel = Channel(prefetch_count=200, publisher_confirms=True, on_return_raises=True)
    broker = RabbitBroker(rabbit_url, default_channel=channel, logger=None, decoder=decode)
    queue = RabbitQueue("notifier.inbox", queue_type=QueueType.QUORUM, durable=True, declare=False)
    exchange = RabbitExchange("events", declare=False)

    @broker.subscriber(queue, exchange, ack_policy=AckPolicy.NACK_ON_ERROR)
    async def on_account_activated(event: Event[AccountActivated]) -> None:
        async with sessions.begin() as session:
            await handle(session, event)
        wake.set()

    pool = await asyncpg.create_pool(database_url, min_size=1, max_size=2)
    relaying = asyncio.ensure_future(relay(pool, rabbit_url, counter, wake, stop))
    async with broker:
        await broker.start()
        await stop.wait()
    await relaying
    await pool.close()
    await engine.dispose()


if __name__ == "__main__":
    main(run)
