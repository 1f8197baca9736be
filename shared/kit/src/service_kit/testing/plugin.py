"""Pytest fixtures on real servers; name this module in a conftest's `pytest_plugins`.

The servers come from POSTGRES_URL, RABBITMQ_URL and RABBITMQ_MANAGEMENT_URL; the `servers` fixture of the root
conftest sees to it that they are set.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from service_kit.runtime.service import Service
from service_kit.testing.brokers import TestBroker, fresh_broker
from service_kit.testing.databases import TestDatabase, drop_templates, fresh_database

DatabaseFactory = Callable[[Service[Any, Any]], AbstractAsyncContextManager[TestDatabase]]


@pytest.fixture(scope="session")
def postgres_url(servers: object) -> Iterator[str]:
    """A superuser's URL of the test server."""
    yield os.environ["POSTGRES_URL"]
    asyncio.run(drop_templates())


@pytest.fixture
def database_for(postgres_url: str) -> DatabaseFactory:
    """`async with database_for(SERVICE) as urls`: a migrated, empty database."""
    return lambda service: fresh_database(postgres_url, service)


@pytest.fixture
async def broker(servers: object) -> AsyncIterator[TestBroker]:
    """A virtual host of this test's own."""
    async with fresh_broker(os.environ["RABBITMQ_URL"], os.environ["RABBITMQ_MANAGEMENT_URL"]) as broker:
        yield broker
