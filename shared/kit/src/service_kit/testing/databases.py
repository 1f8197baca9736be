"""Real databases for tests: each service's migrations run once into a template, each test gets a copy of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from service_kit.db import migrations
from service_kit.runtime.service import Service

_TEMPLATES: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class TestDatabase:
    """`url` is what the service uses at run time (a role that may do little), `owner_url` what migrates and cheats."""

    __test__ = False
    url: str
    owner_url: str


def with_database(url: str, name: str, *, user: str | None = None, password: str | None = None) -> str:
    """The same server, another database, and other credentials if given."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    credentials = f"{user}:{password}" if user else parts.netloc.rpartition("@")[0]
    return urlunsplit((parts.scheme, f"{credentials}@{host}" if credentials else host, f"/{name}", parts.query, ""))


@asynccontextmanager
async def fresh_database(postgres_url: str, service: Service[Any, Any]) -> AsyncIterator[TestDatabase]:
    """A migrated, empty database of this service for one test; dropped afterwards."""
    template = await _template(postgres_url, service)
    name = f"test_{service.name}_{uuid4().hex[:12]}"
    await _execute(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    role = _role(service)
    try:
        yield TestDatabase(
            with_database(postgres_url, name, user=role, password=role), with_database(postgres_url, name)
        )
    finally:
        await _execute(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _template(postgres_url: str, service: Service[Any, Any]) -> str:
    key = (postgres_url, service.migrations)
    if key not in _TEMPLATES:
        name, role = f"template_{service.name}_{uuid4().hex[:12]}", _role(service)
        await _execute(
            postgres_url,
            f"""DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE "{role}" LOGIN PASSWORD '{role}';
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$""",
        )
        await _execute(postgres_url, f'CREATE DATABASE "{name}"')
        url = with_database(postgres_url, name)
        await migrations.upgrade(url, service.migrations)
        await migrations.grant(url, role, service.metadata, service.append_only)
        _TEMPLATES[key] = name
    return _TEMPLATES[key]


async def drop_templates() -> None:
    """Removes what this process has made; called once at the end of a test session."""
    while _TEMPLATES:
        (postgres_url, _), name = _TEMPLATES.popitem()
        await _execute(postgres_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _role(service: Service[Any, Any]) -> str:
    return f"test_{service.name}_runtime"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
