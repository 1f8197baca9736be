"""Trouble with database or broker: consumption pauses and says so, no attempt is counted, nothing is lost."""

import asyncio
from dataclasses import replace

import pytest
from service_kit.db import Database, DatabaseOptions
from service_kit.errors import Unavailable
from service_kit.messaging.topology import EVENTS, declare
from service_kit.testing.proxy import tcp_proxy
from service_kit.testing.sample.service import SAMPLE, on_account_activated
from service_kit.testing.waiting import eventually
from sqlalchemy import text


@pytest.fixture
async def far(pipeline):
    """The pipeline's database behind a proxy, and the proxy."""
    async with tcp_proxy(pipeline.database.url) as proxy:
        options = DatabaseOptions(statement_timeout=1, silence_timeout=0.5, lock_timeout=0.5)
        database = Database(proxy.url(pipeline.database.url), source=SAMPLE.source, options=options)
        yield database, proxy
        await pipeline.finish()
        proxy.restore()
        await database.close()


async def test_a_database_that_is_away_pauses_consumption_and_counts_no_attempt(pipeline, far, make_activated):
    database, proxy = far
    consumer = pipeline.consume(database=database)
    await pipeline.send(make_activated())
    await pipeline.notes(1)
    proxy.refuse()
    await pipeline.send(*(make_activated() for _ in range(20)))
    await pipeline.until_unavailable(consumer)
    with pytest.raises(Unavailable, match="database"):
        await consumer.check()
    proxy.restore()
    await pipeline.notes(21)
    await pipeline.until_handled(21)
    await consumer.check()
    await pipeline.nothing_failed()


async def test_a_database_that_lets_nobody_in_is_trouble_and_no_error_of_the_handler(pipeline, make_activated, quick):
    name = pipeline.database.engine.url.database
    async with pipeline.admin() as admin:
        await admin.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        await admin.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        consumer = pipeline.consume(options=replace(quick, batch=1))
        await pipeline.send(make_activated(), make_activated())
        await pipeline.until_unavailable(consumer)
        await admin.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    await pipeline.notes(2)
    await pipeline.nothing_failed()


async def test_a_database_that_falls_silent_is_noticed(pipeline, far, make_activated):
    database, proxy = far
    consumer = pipeline.consume(database=database)
    await pipeline.send(make_activated())
    await pipeline.notes(1)
    proxy.fall_silent()
    await pipeline.send(make_activated())
    await pipeline.until_unavailable(consumer)
    proxy.restore()
    await pipeline.notes(2)
    await pipeline.nothing_failed()


async def test_sessions_terminated_again_and_again_lose_and_double_nothing(pipeline, make_activated, quick):
    async def slowly(event, uow, deps):
        await uow.session.execute(text("SELECT pg_sleep(0.002)"))
        return await on_account_activated(event, uow, deps)

    kill = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = :role AND datname = :name"
    )
    url = pipeline.database.engine.url
    pipeline.consume(handlers=pipeline.handlers(slowly), options=replace(quick, batch=10, pause=0.01))
    await pipeline.send(*(make_activated() for _ in range(200)))
    async with pipeline.admin() as admin:
        for done in range(10, 200, 20):
            await eventually(lambda done=done: _reached(pipeline, done))
            await admin.execute(kill, {"role": url.username, "name": url.database})
    await pipeline.notes(200)
    await pipeline.nothing_failed()
    assert await pipeline.count("outbox") == 200
    assert pipeline.registry.get_sample_value("messaging_trouble_total", {"part": "database"})


async def _reached(pipeline, number):
    async with pipeline.owner.begin() as connection:
        return (await connection.execute(text("SELECT count(*) FROM note"))).scalar_one() >= number


async def test_a_value_the_database_cannot_take_is_the_handlers_error_and_blocks_nobody(pipeline, make_activated):
    async def handler(event, uow, deps):
        if event.data.user_name == "huge":
            await uow.session.execute(text("SELECT CAST(:number AS bigint)"), {"number": 2**70})
        return await on_account_activated(event, uow, deps)

    await pipeline.send(*(make_activated("huge" if number == 5 else "ann") for number in range(10)))
    pipeline.consume(handlers=pipeline.handlers(handler))
    await pipeline.notes(9)
    await pipeline.until_depth(pipeline.names.delay("5s"), 1)
    assert pipeline.registry.get_sample_value("messaging_trouble_total", {"part": "database"}) is None


async def test_connections_the_broker_closes_under_load_lose_and_double_nothing(pipeline, proxy, make_activated, quick):
    options = replace(quick, batch=10, pause=0.01, longest_pause=0.1)
    relay_url = proxy.url(pipeline.broker.url)
    pipeline.consume(options=options, url=proxy.url(pipeline.broker.url))
    pipeline.relay(url=relay_url)
    await pipeline.send(*(make_activated() for _ in range(150)))
    for done in range(15, 150, 30):
        await eventually(lambda done=done: _reached(pipeline, done))
        proxy.cut()
    await eventually(lambda: pipeline.broker.close_connections("consumer"))
    await pipeline.send(*(make_activated() for _ in range(50)))
    await pipeline.notes(200)
    await pipeline.until_count("outbox", 0, "sent_at IS NULL")
    await pipeline.nothing_failed()
    assert await pipeline.count("outbox") == 200
    assert await pipeline.depth("events.unrouted") >= 200


async def test_a_broker_that_is_away_for_a_rejection_repeats_the_dead_letter_only(
    pipeline, proxy, make_activated, quick
):
    """The row of a rejected message is committed; its dead letter and its ack wait for the broker."""
    met, release = asyncio.Event(), asyncio.Event()

    async def handler(event, uow, deps):
        met.set()
        await release.wait()
        return await on_account_activated(event, uow, deps)

    pipeline.consume(handlers=pipeline.handlers(handler), url=proxy.url(pipeline.broker.url))
    await pipeline.send(make_activated("reject"), make_activated())
    await met.wait()
    proxy.refuse()
    release.set()
    await pipeline.notes(2)
    proxy.restore()
    await pipeline.until_depth(pipeline.names.dead, 1)
    await pipeline.until_depth(pipeline.names.inbox, 0)
    await pipeline.finish()
    assert await pipeline.depth(pipeline.names.inbox) == 0
    assert (await pipeline.get(pipeline.names.dead)).headers["x-reason"] == "not wanted"


async def test_a_consumer_comes_back_when_its_queue_was_deleted_and_made_again(pipeline, make_activated):
    consumer = pipeline.consume()
    await pipeline.until_consumed()
    channel = await pipeline.publisher.channel()
    await channel.queue_delete(pipeline.names.inbox)
    await pipeline.until_unavailable(consumer)
    await declare(await pipeline.publisher.channel(), "notifier", SAMPLE.handlers.types)
    await pipeline.until_consumed()
    await pipeline.send(make_activated())
    await pipeline.notes(1)


async def test_a_binding_that_was_removed_is_restored(pipeline, make_activated):
    pipeline.consume()
    await pipeline.until_consumed()
    channel = await pipeline.publisher.channel()
    queue = await channel.get_queue(pipeline.names.inbox)
    (event_type,) = SAMPLE.handlers.types
    await queue.unbind(EVENTS, event_type)

    async def bound():
        async with pipeline.broker.management() as client:
            rows = await client.get(f"/queues/{pipeline.broker.vhost}/{pipeline.names.inbox}/bindings")
        return any(row["source"] == EVENTS for row in rows.json())

    await eventually(bound)
    await pipeline.send(make_activated())
    await pipeline.notes(1)
