"""Health of a process: `/healthz` (alive), `/readyz` (may get work; names what keeps it from it), `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service_kit.logging import get_logger

ReadinessChecks = Mapping[str, Callable[[], Awaitable[None]]]
CHECK_TIMEOUT = 3.0

log = get_logger(__name__)


async def failing_checks(checks: ReadinessChecks, timeout: float = CHECK_TIMEOUT) -> list[str]:
    """The names of the checks that raise or do not answer in time; all run at once."""
    results = await asyncio.gather(*(_passes(name, check, timeout) for name, check in checks.items()))
    return [name for name, passed in zip(checks, results, strict=True) if not passed]


async def _passes(name: str, check: Callable[[], Awaitable[None]], timeout: float) -> bool:
    try:
        async with asyncio.timeout(timeout):
            await check()
    except Exception as error:
        log.warning("not ready", action="readiness_failed", check=name, reason=type(error).__name__)
        return False
    return True


def health_routes(checks: ReadinessChecks, registry: CollectorRegistry, timeout: float = CHECK_TIMEOUT) -> list[Route]:
    """The three routes, the same in every process."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        failing = await failing_checks(checks, timeout)
        report = {name: "failing" if name in failing else "ok" for name in checks}
        status = "unavailable" if failing else "ok"
        return JSONResponse({"status": status, "checks": report}, status_code=503 if failing else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def health_app(readiness: ReadinessChecks, registry: CollectorRegistry, timeout: float = CHECK_TIMEOUT) -> Starlette:
    """All a worker says over HTTP."""
    return Starlette(routes=health_routes(readiness, registry, timeout))
