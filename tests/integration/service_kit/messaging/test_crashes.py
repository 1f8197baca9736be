"""A real worker process killed at the worst moments: nothing is lost, nothing is done twice, one killer dies alone."""

import asyncio
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from event_contracts.notifier import MessageRef, MessageSuppressed
from service_kit.ids import new_id
from service_kit.testing.events import arrived
from service_kit.testing.waiting import eventually

WORKER = Path(__file__).with_name("crashing_worker.py")


@pytest.fixture
def worker(pipeline):
    """Starts a worker process on the pipeline's servers; it does not outlive the block."""

    @asynccontextmanager
    async def start(when):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(WORKER),
            pipeline.database.url,
            pipeline.broker.url,
            when,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), 20)

    return start


async def test_a_worker_killed_after_the_commit_and_before_the_ack_leaves_one_effect(pipeline, worker, make_activated):
    await pipeline.send(*(make_activated() for _ in range(10)))
    async with worker("after_commit") as process:
        assert await process.wait() == -signal.SIGKILL
    committed = await pipeline.count("note")
    assert committed > 0
    pipeline.consume()
    await pipeline.notes(10)
    await pipeline.until_handled(10)
    assert pipeline.handled("duplicate") == committed
    assert await pipeline.count("outbox") == 10
    await pipeline.nothing_failed()


async def test_a_message_that_kills_its_worker_dies_alone_among_good_ones(pipeline, worker, make_activated):
    await pipeline.send(*(make_activated("deadly" if number == 10 else "ann") for number in range(20)))
    deaths = 0
    while await pipeline.depth(pipeline.names.dead) == 0:
        async with worker("on_deadly") as process:

            async def over(process=process):
                return process.returncode is not None or await pipeline.depth(pipeline.names.dead) == 1

            await eventually(over)
            deaths += process.returncode is not None
        assert deaths <= 4, "it kills on and on"
    assert deaths == 4, "once in a batch, three times under its marker"
    async with worker("never"):
        await pipeline.notes(19)
    letter = await pipeline.get(pipeline.names.dead)
    assert letter.headers["x-reason"] == "killed its worker 3 times"
    await pipeline.nothing_failed()


async def test_a_relay_killed_between_publish_and_mark_sends_twice_and_the_inbox_absorbs_it(pipeline, worker):
    async with pipeline.database.transaction() as uow:
        message = MessageRef(message_id=new_id(), template="note", channel="mail")
        event_id = uow.outbox.add(MessageSuppressed(message=message, reason="noted"))
    async with worker("after_publish") as process:
        assert await process.wait() == -signal.SIGKILL
    assert await pipeline.count("outbox", "sent_at IS NULL") == 1
    pipeline.relay()
    await pipeline.until_count("outbox", 0, "sent_at IS NULL")
    await pipeline.until_depth("events.unrouted", 2)
    bodies = {(await pipeline.get("events.unrouted")).body for _ in range(2)}
    assert len(bodies) == 1, "both copies are the same event"
    assert str(event_id).encode() in bodies.pop()


async def test_the_second_copy_of_an_event_has_no_second_effect(pipeline, make_activated):
    event = arrived(make_activated())
    pipeline.consume()
    for copy in range(1, 3):
        await pipeline.send(event)
        await pipeline.until_handled(copy)
    assert pipeline.handled("duplicate") == 1
    assert await pipeline.count("note") == await pipeline.count("outbox") == 1
