"""Least privilege in the broker, as `migrate` sets it up: a service can do its own work and nothing else."""

import httpx
import pytest
from aio_pika import ExchangeType
from aiormq.exceptions import ChannelAccessRefused
from event_contracts.notifier import MessageSuppressed
from service_kit.messaging.migrate import migrate_broker
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.topology import EVENTS, Names
from service_kit.testing.sample.service import SAMPLE


async def migrate(broker, service, types=(), url=None):
    await migrate_broker(
        service,
        types,
        migration_url=broker.url,
        service_url=url or broker.service_url(service),
        management_url=broker.management_url,
    )


@pytest.fixture
async def restricted(pipeline):
    """A connection of the notifier's own user, after identity and notifier were migrated."""
    await migrate(pipeline.broker, "identity")
    await migrate(pipeline.broker, "notifier", SAMPLE.handlers.types)
    publisher = Publisher(pipeline.broker.service_url("notifier"), "restricted", "notifier")
    yield publisher
    await publisher.close()


async def test_a_service_publishes_its_own_types_only(restricted, make_activated):
    own, foreign = MessageSuppressed.event_type, make_activated().event_type
    await restricted.publish(EVENTS, own, b"{}", type=own)
    for exchange, key in (
        (EVENTS, foreign),
        (EVENTS, "notifierx.a.b.v1"),
        ("", "identity.inbox"),
        ("identity.retry", "inbox"),
    ):
        with pytest.raises(ChannelAccessRefused):
            await restricted.publish(exchange, key, b"{}", type="test")


async def test_a_service_declares_nothing(restricted):
    with pytest.raises(ChannelAccessRefused):
        await (await restricted.channel()).declare_queue("notifier.more", durable=True)
    with pytest.raises(ChannelAccessRefused):
        await (await restricted.channel()).declare_exchange("notifier.more", ExchangeType.TOPIC)
    with pytest.raises(ChannelAccessRefused):
        await (await restricted.channel()).queue_delete("notifier.inbox")


async def test_a_service_reads_its_own_inbox_only(restricted):
    for queue in (Names("identity").inbox, Names("identity").dead, "events.unrouted"):
        with pytest.raises(ChannelAccessRefused):
            await (await (await restricted.channel()).get_queue(queue, ensure=False)).get(fail=False)
    assert await (await (await restricted.channel()).get_queue("notifier.inbox")).get(fail=False) is None


async def test_a_service_binds_no_inbox_but_its_own(restricted):
    queue = await (await restricted.channel()).get_queue("identity.inbox", ensure=False)
    with pytest.raises(ChannelAccessRefused):
        await queue.bind(EVENTS, "notifier.message.sent.v1")


async def test_the_restricted_user_can_do_all_of_its_own_work(pipeline, restricted, make_activated):
    url = pipeline.broker.service_url("notifier")
    pipeline.consume(url=url)
    pipeline.relay(url=url)
    await pipeline.send(make_activated(), make_activated("reject"), make_activated("retry"))
    await pipeline.notes(2)
    await pipeline.until_count("outbox", 0, "sent_at IS NULL")
    await pipeline.until_depth(pipeline.names.dead, 1)
    await pipeline.until_depth(pipeline.names.delay("5s"), 1)


async def _definitions(broker):
    async with broker.management() as client:
        answers = [
            (await client.get(f"/{kind}/{broker.vhost}")).json() for kind in ("exchanges", "bindings", "permissions")
        ]
        answers.append((await client.get(f"/vhosts/{broker.vhost}/topic-permissions")).json())
        queues = (await client.get(f"/queues/{broker.vhost}")).json()
    return answers, sorted((queue["name"], str(queue["arguments"])) for queue in queues)


async def test_migrating_again_changes_nothing(pipeline, restricted):
    before = await _definitions(pipeline.broker)
    await migrate(pipeline.broker, "identity")
    await migrate(pipeline.broker, "notifier", SAMPLE.handlers.types)
    assert await _definitions(pipeline.broker) == before


async def test_the_administrator_is_never_made_a_service_user(pipeline):
    administrator = httpx.URL(pipeline.broker.management_url).username
    url = httpx.URL(pipeline.broker.url)
    with pytest.raises(ValueError, match="a broker user of its own"):
        await migrate(pipeline.broker, "notifier", url=str(url.copy_with(username=administrator)))
