"""The outbox and its relay: what commits is sent at least once, what rolls back never; no row holds up another."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from event_contracts.notifier import MessageFailed, MessageRef, MessageSuppressed
from event_contracts.registry import WITHOUT_SUBSCRIBER
from service_kit.ids import new_id
from service_kit.messaging.migrate import migrate_broker
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.relay import Relay
from service_kit.messaging.republish import republish
from service_kit.messaging.topology import EVENTS
from service_kit.testing.sample.service import SAMPLE, Note
from service_kit.testing.waiting import eventually
from sqlalchemy import text

UNROUTED = "events.unrouted"
_NOTE_FOR_UPDATE = text("SELECT user_name FROM note WHERE event_id = :id FOR UPDATE")
_RENAME = text("UPDATE note SET user_name = :name WHERE event_id = :id")
_BY_SEQUENCE = text("SELECT data::jsonb ->> 'reason' FROM outbox ORDER BY sequence")


def message(about=None):
    return MessageRef(message_id=about or new_id(), template="note", channel="mail")


def suppressed(reason="noted", about=None):
    return MessageSuppressed(message=message(about), reason=reason)


def failed(reason="refused"):
    return MessageFailed(message=message(), reason=reason, permanent=True)


async def say(pipeline, *events):
    async with pipeline.database.transaction() as uow:
        return [uow.outbox.add(event) for event in events]


async def until_sent(pipeline):
    await pipeline.until_count("outbox", 0, "sent_at IS NULL")


async def test_an_event_whose_transaction_rolled_back_is_never_sent(pipeline):
    pipeline.relay()
    with pytest.raises(LookupError):
        async with pipeline.database.transaction() as uow:
            uow.outbox.add(suppressed("never said"))
            await uow.flush()
            raise LookupError
    await say(pipeline, suppressed("said"))
    await until_sent(pipeline)
    await pipeline.finish()
    assert await pipeline.depth(UNROUTED) == 1
    assert b'"said"' in (await pipeline.get(UNROUTED)).body


async def test_two_relays_send_each_row_once(pipeline):
    async with pipeline.second_database() as second:
        await say(pipeline, *(suppressed() for _ in range(1000)))
        pipeline.relay()
        pipeline.relay(database=second)
        await until_sent(pipeline)
        await pipeline.finish()
    assert await pipeline.depth(UNROUTED) == 1000


async def test_a_row_the_broker_refuses_waits_alone_and_longer_each_time(pipeline):
    channel = await pipeline.publisher.channel()
    full = await channel.declare_queue(
        "full", durable=True, arguments={"x-max-length": 0, "x-overflow": "reject-publish"}
    )
    await full.bind(EVENTS, MessageFailed.event_type)
    await say(pipeline, *(failed() if number == 5 else suppressed() for number in range(20)))
    pipeline.relay()
    await pipeline.until_count("outbox", 1, "sent_at IS NULL AND attempts > 0 AND next_attempt_at > now()")
    await pipeline.until_count("outbox", 19, "sent_at IS NOT NULL AND attempts = 0")
    await pipeline.until_count("outbox", 1, "attempts = 2 AND next_attempt_at > created_at + interval '2 seconds'")
    await full.delete(if_empty=False)
    await until_sent(pipeline)


async def test_a_row_that_closes_the_channel_holds_up_no_other(pipeline):
    broker = pipeline.broker
    service_url = broker.service_url("notifier")
    await migrate_broker(
        "notifier",
        SAMPLE.handlers.types,
        migration_url=broker.url,
        service_url=service_url,
        management_url=broker.management_url,
    )
    await say(pipeline, *(suppressed() for _ in range(30)))
    async with pipeline.owner.begin() as connection:
        await connection.execute(
            text("UPDATE outbox SET type = 'dossier.grant.offered.v1' WHERE id = (SELECT id FROM outbox LIMIT 1)")
        )
    pipeline.relay(url=service_url)
    await pipeline.until_count("outbox", 29, "sent_at IS NOT NULL")
    await pipeline.until_count("outbox", 1, "attempts > 0 AND next_attempt_at > now()")
    await pipeline.until_count("outbox", 0, "attempts > 0 AND sent_at IS NOT NULL")


async def test_a_broker_that_is_away_counts_no_attempt_and_delays_no_row(pipeline, proxy):
    pipeline.relay(url=proxy.url(pipeline.broker.url))
    await say(pipeline, suppressed())
    await until_sent(pipeline)
    proxy.refuse()
    await say(pipeline, *(suppressed() for _ in range(10)))
    await eventually(lambda: _trouble(pipeline))
    proxy.restore()
    await until_sent(pipeline)
    assert await pipeline.count("outbox", "attempts > 0") == 0


async def _trouble(pipeline):
    return pipeline.registry.get_sample_value("messaging_trouble_total", {"part": "relay"})


async def test_rows_in_flight_when_the_connection_breaks_stay_due(pipeline, proxy):
    publisher = Publisher(proxy.url(pipeline.broker.url), "relay", "notifier", timeout=0.5)
    relay = Relay(pipeline.database, publisher, pipeline.metrics)
    await say(pipeline, *(suppressed() for _ in range(10)))
    await publisher.channel()
    proxy.fall_silent()
    with pytest.raises(Exception, match="TimeoutError"):
        await relay.relay_once()
    assert await pipeline.count("outbox", "sent_at IS NULL AND attempts = 0 AND next_attempt_at <= now()") == 10
    proxy.restore()
    await publisher.close()
    assert await relay.relay_once() == 10
    assert await pipeline.count("outbox", "sent_at IS NULL") == 0
    await publisher.close()


async def test_unroutable_types_are_kept_and_those_without_a_subscriber_on_purpose_are_not(pipeline):
    silent = sorted(WITHOUT_SUBSCRIBER)[0]
    await pipeline.publisher.publish(EVENTS, silent, b"{}", type=silent)
    await pipeline.publisher.publish(EVENTS, "dossier.nobody.asked.v1", b"{}", type="test")
    await pipeline.until_depth(UNROUTED, 1)
    assert (await pipeline.get(UNROUTED)).routing_key == "dossier.nobody.asked.v1"


async def test_sent_events_are_sent_again_by_id_by_type_and_by_range(pipeline):
    first, *_ = await say(pipeline, suppressed(), suppressed(), failed())
    pipeline.relay()
    await until_sent(pipeline)
    now = datetime.now(UTC)
    again = (
        ({"event_id": first}, 1),
        ({"event_type": MessageSuppressed.event_type}, 2),
        ({"since": now - timedelta(hours=1), "until": now + timedelta(hours=1)}, 3),
        ({"since": now + timedelta(hours=1)}, 0),
    )
    expected = 3
    for filters, number in again:
        assert await republish(pipeline.database, **filters) == number
        expected += number
        await until_sent(pipeline)
        await pipeline.until_depth(UNROUTED, expected)
    with pytest.raises(ValueError, match="name an id"):
        await republish(pipeline.database)


async def test_a_commit_in_another_process_wakes_the_relay_long_before_it_polls(pipeline):
    woken = asyncio.Event()

    async with pipeline.database.wakeups.listening("outbox") as waiter, pipeline.second_database() as other:
        await waiter.wait(5)  # the listener says so itself once it is connected

        async def wait():
            await waiter.wait(3600)
            woken.set()

        waiting = asyncio.create_task(wait())
        async with other.transaction() as uow:
            uow.outbox.add(suppressed())
        async with asyncio.timeout(20):
            await woken.wait()
        await waiting


async def test_sequence_grows_per_subject_in_the_order_of_commits(pipeline):
    row = new_id()
    async with pipeline.database.transaction() as uow:
        uow.insert(Note, {"event_id": row, "account_id": row, "user_name": "0"})

    async def change():
        async with pipeline.database.transaction() as uow:
            before = (await uow.session.execute(_NOTE_FOR_UPDATE, {"id": row})).scalar_one()
            version = str(int(before) + 1)
            await uow.session.execute(_RENAME, {"id": row, "name": version})
            uow.outbox.add(suppressed(version, about=row))

    await asyncio.gather(*(change() for _ in range(40)))
    async with pipeline.database.engine.connect() as connection:
        versions = [int(version) for version in (await connection.execute(_BY_SEQUENCE)).scalars()]
    assert versions == list(range(1, 41))


async def test_an_event_of_another_service_cannot_even_be_written(pipeline, make_activated):
    async with pipeline.database.transaction() as uow:
        with pytest.raises(ValueError, match="may not publish"):
            uow.outbox.add(make_activated())
