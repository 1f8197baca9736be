"""A database half-way through its migrations, for tests of what a migration does with data that is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from alembic import command
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from service_kit.db.migrations import alembic_config
from service_kit.testing.databases import with_database


@asynccontextmanager
async def empty_database(postgres_url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction on an empty database of the test's own; dropped afterwards."""
    name = f"test_migrating_{uuid4().hex[:12]}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f'CREATE DATABASE "{name}"')
    url = make_url(with_database(postgres_url, name)).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.close()


async def upgrade_to(connection: AsyncConnection, package: str, revision: str) -> None:
    """Brings the database to a revision of a service's migrations, inside the connection's transaction."""

    def upgrade(synchronous: Connection) -> None:
        config = alembic_config(package)
        config.attributes["connection"] = synchronous
        command.upgrade(config, revision)

    await connection.run_sync(upgrade)
