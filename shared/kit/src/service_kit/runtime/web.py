"""Serving an ASGI application inside a process that has more than HTTP to stop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from service_kit.settings import ServiceSettings


class _Server(uvicorn.Server):
    """Leaves the signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(app: ASGIApp, port: int, settings: ServiceSettings, stop: asyncio.Event) -> None:
    """Serves until `stop`, then finishes the requests in flight. Raises RuntimeError when it cannot serve.

    The peer's address reaches the application untouched and uvicorn logs no path: the kit's own middleware does both.
    """
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=int(settings.shutdown_grace_seconds),
    )
    server = _Server(config)
    serving = asyncio.ensure_future(_served(server))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving
    if not stop.is_set():
        raise RuntimeError(f"stopped serving on port {port}")


async def _served(server: uvicorn.Server) -> None:
    try:
        await server.serve()
    except SystemExit as error:  # uvicorn exits the process when it cannot bind; here that is for the runtime to decide
        raise RuntimeError(f"cannot serve on {server.config.host}:{server.config.port}") from error
