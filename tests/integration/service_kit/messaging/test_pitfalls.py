"""The traps of the client library and of the ORM that the core is built around, each sprung on a real broker."""

import asyncio

import pytest
from aio_pika.exceptions import DeliveryError
from event_contracts.identity import AccountActivated
from service_kit.messaging.connection import OutcomeUnknown
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.topology import declare
from service_kit.testing.events import arrived
from service_kit.testing.sample.service import SAMPLE, Note, on_account_activated
from service_kit.testing.waiting import eventually
from sqlalchemy import event as sqlalchemy_event


async def test_a_message_nobody_can_receive_is_an_error_and_no_success(pipeline):
    with pytest.raises(DeliveryError):
        await pipeline.publisher.publish(pipeline.names.retry, "nowhere", b"{}", type="test")


async def test_a_message_nobody_can_receive_is_still_an_error_after_a_reconnect(pipeline, proxy):
    publisher = Publisher(proxy.url(pipeline.broker.url), "test", "identity")
    await publisher.publish(pipeline.names.retry, "dead", b"{}", type="test")
    first = await publisher.channel()
    proxy.cut()
    await eventually(lambda: _closed(first))
    with pytest.raises(DeliveryError):
        await publisher.publish(pipeline.names.retry, "nowhere", b"{}", type="test")
    assert await publisher.channel() is not first
    await publisher.close()


async def _closed(channel) -> bool:
    return channel.is_closed


async def test_one_event_published_twice_at_once_gets_the_verdict_of_each_attempt(pipeline):
    async def verdict(key):
        try:
            await pipeline.publisher.publish(pipeline.names.retry, key, b"{}", type="test")
        except DeliveryError:
            return "returned"
        return "stored"

    verdicts = await asyncio.gather(*(verdict(key) for _ in range(50) for key in ("dead", "nowhere")))
    assert verdicts == ["stored", "returned"] * 50
    await pipeline.until_depth(pipeline.names.dead, 50)


@pytest.fixture
def held():
    """A handler that waits in the middle of its work until it is let go."""
    started, release = asyncio.Event(), asyncio.Event()
    finished = []

    async def handler(event, uow, deps):
        outcome = await on_account_activated(event, uow, deps)
        started.set()
        await release.wait()
        finished.append(event.id)
        return outcome

    return started, release, finished, handler


async def test_a_lost_connection_does_not_cancel_the_handler_that_is_at_work(pipeline, proxy, make_activated, held):
    started, release, finished, handler = held
    pipeline.consume(handlers=pipeline.handlers(handler), url=proxy.url(pipeline.broker.url))
    await pipeline.send(make_activated())
    await started.wait()
    proxy.cut()
    release.set()
    await pipeline.notes(1)
    await eventually(lambda: _duplicate_seen(pipeline))
    assert len(finished) == 1
    assert await pipeline.count("outbox") == 1


async def _duplicate_seen(pipeline) -> bool:
    return pipeline.handled("duplicate") == 1


async def test_a_connection_lost_during_work_does_not_end_the_consumer(pipeline, proxy, make_activated, held):
    started, release, _, handler = held
    pipeline.consume(handlers=pipeline.handlers(handler), url=proxy.url(pipeline.broker.url))
    for number in range(1, 4):
        started.clear()
        release.clear()
        await pipeline.send(make_activated())
        await started.wait()
        proxy.cut()
        release.set()
        await pipeline.notes(number)


async def test_a_queue_with_changed_arguments_stops_only_migrate_and_no_consumer(pipeline, make_activated):
    channel = await pipeline.publisher.channel()
    await channel.queue_delete(pipeline.names.inbox)
    await channel.declare_queue(pipeline.names.inbox, durable=True)
    pipeline.consume()
    await pipeline.until_consumed()
    stranger = Publisher(pipeline.broker.url, "migrate", "notifier")
    with pytest.raises(Exception, match="PRECONDITION_FAILED"):
        await declare(await stranger.channel(), "notifier", SAMPLE.handlers.types)
    await stranger.close()
    await pipeline.send(make_activated())
    await pipeline.notes(1)
    assert pipeline.registry.get_sample_value("messaging_trouble_total", {"part": "broker"}) is None


async def test_messages_are_persistent_prefetch_is_bounded_and_heartbeats_are_short(pipeline, make_activated):
    await pipeline.publisher.publish(pipeline.names.retry, "dead", b"{}", type="test")
    assert (await pipeline.get(pipeline.names.dead)).delivery_mode == 2
    pipeline.consume()

    async def facts() -> tuple[int, int] | None:
        async with pipeline.broker.management() as client:
            consumers = (await client.get(f"/consumers/{pipeline.broker.vhost}")).json()
            connections = (await client.get(f"/vhosts/{pipeline.broker.vhost}/connections")).json()
        timeouts = {row.get("timeout") for row in connections}
        return (consumers[0]["prefetch_count"], timeouts) if consumers and timeouts else None

    assert await eventually(facts) == (200, {15})


async def test_a_silent_broker_is_an_unknown_outcome_and_no_endless_wait(pipeline, proxy):
    publisher = Publisher(proxy.url(pipeline.broker.url), "test", "identity", timeout=0.5)
    await publisher.publish(pipeline.names.retry, "dead", b"{}", type="test")
    proxy.fall_silent()
    with pytest.raises(OutcomeUnknown):
        await publisher.publish(pipeline.names.retry, "dead", b"{}", type="test")
    proxy.restore()
    await publisher.close()


async def test_fifty_messages_cost_three_statements(pipeline, make_activated):
    statements = []
    engine = pipeline.database.engine.sync_engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    await pipeline.send(*(make_activated() for _ in range(50)))
    pipeline.consume()
    await pipeline.notes(50)
    await pipeline.finish()
    written = [statement for statement in statements if "INSERT" in statement]
    batches = pipeline.registry.get_sample_value("inbox_batch_messages_count")
    assert len(written) == 3 * batches
    assert batches < 10


async def test_what_a_table_class_would_let_pass_is_refused_by_the_contract_before_it(pipeline, make_activated):
    assert Note(event_id="no uuid", account_id=None, user_name=7).user_name == 7, "table classes validate nothing"
    body = arrived(make_activated()).model_dump_json().replace('"user_name":"ann"', '"user_name":7')
    assert '"user_name":7' in body
    await pipeline.send(body.encode())
    pipeline.consume()
    await pipeline.until_depth(pipeline.names.dead, 1)
    assert pipeline.handled("handled") == 0
    assert AccountActivated.event_type in pipeline.handlers(on_account_activated)
