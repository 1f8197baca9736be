"""A service as a process: it stops gracefully, tells the truth about readiness, and fails aloud."""

import asyncio
import signal
import socket

import asyncpg
import pytest
from event_contracts.identity import AccountActivated
from event_contracts.people import Language, Recipient
from service_kit.ids import new_id
from service_kit.messaging.topology import EVENTS
from service_kit.testing.events import arrived
from service_kit.testing.proxy import tcp_proxy
from service_kit.testing.waiting import eventually


async def send(world, number):
    recipient = Recipient(email="ann@example.org", given_name="Ann", family_name="Lee", language=Language.EN)
    for _ in range(number):
        event = arrived(AccountActivated(account_id=new_id(), user_name="ann", recipient=recipient))
        await world.publisher.publish(EVENTS, event.type, event.model_dump_json().encode(), type=event.type)


@pytest.mark.parametrize("command", ["all", "worker"])
async def test_sigterm_lets_it_finish_what_it_has_taken_and_send_what_that_said(world, command):
    lock = await asyncpg.connect(world.database.owner_url)
    await lock.execute("SELECT pg_advisory_lock(42)")
    await send(world, 10)
    async with world.process("held", command) as process:
        reading = asyncio.create_task(process.communicate())
        await eventually(lambda: _is_held(world), within=30)
        process.send_signal(signal.SIGTERM)
        await lock.close()
        await asyncio.wait_for(reading, 30)
    assert process.returncode == 0
    assert await world.fetch("SELECT count(*) FROM note") == 10
    assert await world.fetch("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0
    assert await world.fetch("SELECT count(*) FROM running") == 0
    assert await world.depth("notifier.inbox") == 0


async def _is_held(world):
    return await world.fetch("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 42")


async def test_it_leaves_no_connection_behind(world):
    async with world.process("plain", "all") as process:
        reading = asyncio.create_task(process.communicate())
        await world.until_ready(world.api_port)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(reading, 30)
    assert process.returncode == 0
    await eventually(lambda: _no_sessions(world))


async def _no_sessions(world):
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user"
    return await world.fetch(query) == 0


async def test_readiness_is_503_while_the_broker_is_away_and_comes_back_by_itself(world):
    url = world.broker.service_url("notifier")
    async with tcp_proxy(url) as proxy, world.process("plain", "worker", SAMPLE_RABBIT_URL=proxy.url(url)) as process:
        reading = asyncio.create_task(process.communicate())
        await world.until_ready(world.worker_port)
        proxy.refuse()
        report = await world.until_ready(world.worker_port, 503)
        assert report["checks"] == {"database": "ok", "consumer": "failing"}
        proxy.restore()
        await world.until_ready(world.worker_port)
        process.terminate()
        await asyncio.wait_for(reading, 30)
    assert process.returncode == 0


@pytest.mark.parametrize(("variant", "says"), [("failing", "LookupError"), ("leaving", "leaver")])
async def test_a_part_that_ends_unasked_ends_the_process_with_status_1(world, variant, says):
    status, out, err = await world.outcome(variant, "worker")
    assert status == 1
    assert says in out + err


async def test_a_port_that_is_taken_ends_the_process_with_status_1(world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", world.api_port))
        taken.listen()
        status, out, err = await world.outcome("plain", "api")
    assert status == 1
    assert f"cannot serve on 127.0.0.1:{world.api_port}" in out + err


async def test_the_body_limit_is_a_setting(world):
    async with world.process("plain", "api", SAMPLE_MAX_BODY_BYTES="10") as process:
        reading = asyncio.create_task(process.communicate())
        await world.until_ready(world.api_port)
        reader, writer = await asyncio.open_connection("127.0.0.1", world.api_port)
        writer.write(
            b"POST /anything HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nConnection: close\r\n\r\n" + b"x" * 11
        )
        assert b" 413 " in await reader.readline()
        writer.close()
        process.terminate()
        await asyncio.wait_for(reading, 30)


async def test_republish_asks_for_a_filter_and_tells_how_many(world):
    assert (await world.outcome("plain", "republish"))[0] == 2
    status, out, _ = await world.outcome("plain", "republish", "--event-type", "notifier.message.suppressed.v1")
    assert (status, "0 events will be sent again" in out) == (0, True)


async def test_migrating_again_changes_nothing(world):
    assert (await world.outcome("plain", "migrate"))[0] == 0
