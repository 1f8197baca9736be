"""The sample service's database, as its runtime role and as its owner see it."""

from collections.abc import AsyncIterator

import pytest
from service_kit.db import Database
from service_kit.testing.databases import TestDatabase
from service_kit.testing.plugin import DatabaseFactory
from service_kit.testing.sample.service import SAMPLE
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


@pytest.fixture
async def urls(database_for: DatabaseFactory) -> AsyncIterator[TestDatabase]:
    async with database_for(SAMPLE) as urls:
        yield urls


@pytest.fixture
async def database(urls: TestDatabase) -> AsyncIterator[Database]:
    database = Database(urls.url, source=SAMPLE.source)
    yield database
    await database.close()


@pytest.fixture
async def owner(urls: TestDatabase) -> AsyncIterator[AsyncEngine]:
    """Statements of the owner; each takes effect at once."""
    url = make_url(urls.owner_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()
