"""A service's HTTP edge in a test: the real application with all its middleware, called without a socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from service_kit.db import Database
from service_kit.http import HttpOptions, create_app
from service_kit.security.tokens import TokenVerifier

TEST_PROXY = "127.0.0.1"

# An application is the same for every test but for its state, and building its routes costs more than most tests:
# one that nobody uses any more is taken again. The routers are kept with it, so that their ids stay theirs.
_idle: dict[tuple[object, ...], list[tuple[FastAPI, Sequence[APIRouter]]]] = {}


@asynccontextmanager
async def open_client(
    routers: Sequence[APIRouter],
    *,
    database: Database,
    deps: object = None,
    verifier: TokenVerifier | None = None,
    options: HttpOptions | None = None,
    readiness: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
    registry: CollectorRegistry | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application; it calls from TEST_PROXY, the one trusted proxy, so `X-Forwarded-For` counts."""
    key = (*map(id, routers), options or HttpOptions())
    reusable = readiness is None and registry is None
    app = _idle[key].pop()[0] if reusable and _idle.get(key) else None
    if app is None:
        app = create_app(
            title="test",
            version="1",
            options=options or HttpOptions(),
            database=database,
            deps=deps,
            routers=routers,
            verifier=verifier,
            trusted_proxies=[TEST_PROXY],
            readiness=readiness or {},
            metrics_registry=registry,
        )
    app.state.database, app.state.deps, app.state.verifier = database, deps, verifier
    transport = httpx.ASGITransport(app=app, client=(TEST_PROXY, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    if reusable:
        _idle.setdefault(key, []).append((app, routers))
