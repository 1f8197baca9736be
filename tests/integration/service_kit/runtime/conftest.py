"""The sample service as a real process on its own database and virtual host, migrated by its own command."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest
from service_kit.messaging.publisher import Publisher
from service_kit.testing.brokers import TestBroker
from service_kit.testing.databases import TestDatabase
from service_kit.testing.plugin import DatabaseFactory
from service_kit.testing.sample.service import SAMPLE
from service_kit.testing.waiting import eventually

PROGRAM = Path(__file__).with_name("sample_process.py")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class World:
    """Where processes run: their environment, and the servers as the test sees them."""

    broker: TestBroker
    database: TestDatabase
    publisher: Publisher
    api_port: int = field(default_factory=free_port)
    worker_port: int = field(default_factory=free_port)

    def environment(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        own: dict[str, str | None] = {
            "SAMPLE_DATABASE_URL": self.database.url,
            "SAMPLE_MIGRATION_DATABASE_URL": self.database.owner_url,
            "SAMPLE_RABBIT_URL": self.broker.service_url("notifier"),
            "SAMPLE_MIGRATION_RABBIT_URL": self.broker.url,
            "SAMPLE_RABBIT_MANAGEMENT_URL": self.broker.management_url,
            "SAMPLE_PUBLIC_BASE_URL": "http://localhost",
            "SAMPLE_TOKEN_ISSUER": "http://localhost",
            "SAMPLE_JWKS_URL": "http://localhost/.well-known/jwks.json",
            "SAMPLE_API_PORT": str(self.api_port),
            "SAMPLE_WORKER_PORT": str(self.worker_port),
            **changes,
        }
        return {"PATH": os.environ["PATH"], **{name: value for name, value in own.items() if value is not None}}

    @asynccontextmanager
    async def process(self, variant: str, *command: str, **changes: str | None) -> AsyncIterator[Process]:
        """A process that does not outlive the block; `changes` are of its environment, None removes."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), variant, *command, env=self.environment(changes), stdout=PIPE, stderr=PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def outcome(self, variant: str, *command: str, **changes: str | None) -> tuple[int | None, str, str]:
        """Runs to the end: exit status, standard output, standard error."""
        async with self.process(variant, *command, **changes) as process:
            out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, out.decode(), err.decode()

    async def until_ready(self, port: int, status: int = 200) -> dict[str, object]:
        """Waits until `/readyz` answers with this status; returns its report."""

        async def asked() -> dict[str, object] | None:
            try:
                async with httpx.AsyncClient() as client:
                    answer = await client.get(f"http://127.0.0.1:{port}/readyz", timeout=5)
            except httpx.TransportError:
                return None
            return answer.json() if answer.status_code == status else None

        return await eventually(asked, within=30) or {}

    async def fetch(self, statement: str) -> int:
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            value: int = await connection.fetchval(statement)
            return value
        finally:
            await connection.close()

    async def depth(self, queue: str) -> int | None:
        channel = await self.publisher.channel()
        return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count


@pytest.fixture
async def world(broker: TestBroker, database_for: DatabaseFactory) -> AsyncIterator[World]:
    async with database_for(SAMPLE) as database:
        publisher = Publisher(broker.url, "test", "identity")
        world = World(broker, database, publisher)
        status, _, errors = await world.outcome("plain", "migrate")
        assert status == 0, errors
        yield world
        await publisher.close()
