"""Scheduler's worker as a process, on a real broker: from a mail that was sent to reminders that are due."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import aio_pika
import pytest
from event_contracts import EventData, parse_event
from event_contracts.scheduler import LadderAdvanced, LadderArmed, ReminderDue
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.topology import EVENTS
from service_kit.testing import eventually
from service_kit.testing.brokers import TestBroker
from service_kit.testing.events import arrived

World = Any
SOMETHING_FIRED = "SELECT 1 AS one FROM reminder WHERE state = 'fired' LIMIT 1"
# Generous: importing a service takes seconds on a busy machine without compiled bytecode.
STARTING = 60.0
E = TypeVar("E", bound=EventData)
DAY = timedelta(days=1)
SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)


@dataclass
class Stage:
    """Where workers run: their environment, what arrives from outside, what they say to outside."""

    environment: dict[str, str]
    publisher: Publisher
    channel: aio_pika.abc.AbstractChannel
    heard: dict[UUID, EventData] = field(default_factory=dict)

    async def start(self, command: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scheduler_service", command, env=self.environment, stdout=DEVNULL, stderr=DEVNULL
        )

    @asynccontextmanager
    async def workers(self, number: int) -> AsyncIterator[Sequence[Process]]:
        """Workers that are ended with the block, whatever happened to them in it."""
        running = [await self.start("worker") for _ in range(number)]
        try:
            yield running
        finally:
            for process in running:
                if process.returncode is None:
                    process.terminate()
            await asyncio.gather(*(process.wait() for process in running))

    async def hear(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        event = parse_event(message.body)
        self.heard[event.id] = event.data

    async def publish(self, data: EventData) -> None:
        body = arrived(data).model_dump_json().encode()
        await self.publisher.publish(EVENTS, data.event_type, body, type=data.event_type)

    async def is_consuming(self) -> bool:
        inbox = await self.channel.declare_queue("scheduler.inbox", passive=True)
        return bool(inbox.declaration_result.consumer_count)

    def heard_of(self, event: type[E]) -> list[E]:
        """What was heard of one class; a relay that was killed may have said it twice, an id counts once."""
        return [data for data in self.heard.values() if isinstance(data, event)]


@pytest.fixture
async def stage(world: World, broker: TestBroker) -> AsyncIterator[Stage]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCHEDULER_")} | {
        "SCHEDULER_DATABASE_URL": world.database.url,
        "SCHEDULER_MIGRATION_DATABASE_URL": world.owner_url,
        "SCHEDULER_RABBIT_URL": broker.service_url("scheduler"),
        "SCHEDULER_MIGRATION_RABBIT_URL": broker.url,
        "SCHEDULER_RABBIT_MANAGEMENT_URL": broker.management_url,
        "SCHEDULER_PUBLIC_BASE_URL": "http://localhost",
        "SCHEDULER_TOKEN_ISSUER": "http://localhost",
        "SCHEDULER_WORKER_PORT": "0",
        "SCHEDULER_TICK_BATCH": "50",
    }
    publisher = Publisher(broker.url, "test", "notifier")
    connection = await aio_pika.connect(broker.url)
    try:
        channel = await connection.channel()
        stage = Stage(environment, publisher, channel)
        assert await (await stage.start("migrate")).wait() == 0
        queue = await channel.declare_queue("heard", durable=True)
        await queue.bind(EVENTS, "scheduler.#")
        await queue.consume(stage.hear, no_ack=True)
        yield stage
    finally:
        await publisher.close()
        await connection.close()


async def test_a_mail_that_was_sent_leads_to_reminders_that_are_due(world: World, stage: Stage) -> None:
    key = world.key()
    offsets = (timedelta(seconds=1), timedelta(seconds=2))

    async with stage.workers(1):
        await eventually(stage.is_consuming, within=STARTING)
        await stage.publish(world.sent(key, offsets=offsets))
        await eventually(lambda: _as_many(stage, LadderAdvanced, 2))

    assert [armed.ladder for armed in stage.heard_of(LadderArmed)] == [key]
    assert [(due.step, due.last) for due in stage.heard_of(ReminderDue)] == [(1, False), (2, True)]
    assert [advanced.step for advanced in stage.heard_of(LadderAdvanced)] == [1, 2]


async def test_of_two_workers_one_is_killed_and_every_reminder_is_fired_once(world: World, stage: Stage) -> None:
    await world.fill(1_500, sent_at=SENT)
    await world.now_is(SENT + 7 * DAY)

    async with stage.workers(2) as (victim, survivor):
        await eventually(lambda: world.rows(SOMETHING_FIRED), within=STARTING, every=0.001)
        victim.send_signal(signal.SIGKILL)
        await eventually(lambda: _as_many(stage, ReminderDue, 1_500), within=60)
        assert survivor.returncode is None

    due = stage.heard_of(ReminderDue)
    assert len({each.reminder_id for each in due}) == len({each.ladder for each in due}) == len(due) == 1_500
    assert await world.rows("SELECT 1 AS one FROM reminder WHERE step = 1 AND state <> 'fired'") == []


async def _as_many(stage: Stage, event: type[EventData], number: int) -> bool:
    return len(stage.heard_of(event)) >= number
