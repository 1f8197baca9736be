"""A service's HTTP edge in a test: the real application with all its middleware, called without a socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from service_kit.db import Database
from service_kit.http import HttpOptions, create_app
from service_kit.security.tokens import TokenVerifier

TEST_PROXY = "127.0.0.1"


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
    transport = httpx.ASGITransport(app=app, client=(TEST_PROXY, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
