"""What a service is, as data: the kit runs it, migrates it and tests it from this one definition."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import typer
from event_contracts import source_of
from fastapi import APIRouter
from prometheus_client.registry import Collector
from sqlalchemy import MetaData

from service_kit.clock import Clock
from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.messaging.handlers import Handlers
from service_kit.security.tokens import KeySource
from service_kit.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
Deps = TypeVar("Deps")


@dataclass(frozen=True)
class BackgroundTask:
    """A loop of a worker. It runs until `stop` is set; when it raises, the process ends and is started anew."""

    name: str
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def _no_background(_deps: Any, _database: Database, _settings: Any) -> Sequence[BackgroundTask]:
    return ()


def _no_collectors(_deps: Any) -> Iterable[Collector]:
    return ()


@dataclass(frozen=True)
class Service(Generic[S, Deps]):
    """`open_deps` builds what use cases need besides the transaction; `keys` says where tokens' keys come from
    (None: from `jwks_url`); `append_only` names tables the runtime role may insert into and read, nothing else;
    `partitioned` names tables by UUIDv7 range whose partitions the kit makes ahead; `collectors` are the service's own
    metrics, shown on /metrics."""

    name: str
    settings: type[S]
    open_deps: Callable[[S, Database], AbstractAsyncContextManager[Deps]]
    routers: Sequence[APIRouter]
    handlers: Handlers[Deps]
    metadata: MetaData
    migrations: str
    background: Callable[[Deps, Database, S], Sequence[BackgroundTask]] = _no_background
    append_only: Sequence[str] = ()
    partitioned: Sequence[str] = ()
    commands: typer.Typer | None = None
    http: HttpOptions = field(default_factory=HttpOptions)
    keys: Callable[[Deps, Clock], KeySource] | None = None
    collectors: Callable[[Deps], Iterable[Collector]] = _no_collectors

    @property
    def source(self) -> str:
        """The CloudEvents source of its events."""
        return source_of(self.name)


@asynccontextmanager
async def open_database(service: Service[S, Deps], settings: S) -> AsyncIterator[Database]:
    """The service's database for the length of the block; for operator commands and processes alike."""
    database = Database(settings.database_url.get_secret_value(), source=service.source)
    try:
        yield database
    finally:
        await database.close()
