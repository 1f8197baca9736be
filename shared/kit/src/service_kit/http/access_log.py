"""One log line and one measurement per request; link tokens in paths are masked (I5)."""

import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.context import current_context
from service_kit.logging import get_logger, mask_text

QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

log = get_logger(__name__)


class RequestMetrics:
    """Rate, errors, duration per route template: a path with ids in it is never a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "route", "status")
        self.count = Counter("http_requests", "Requests answered", labels, registry=registry)
        self.seconds = Histogram(
            "http_request_duration_seconds", "Time to answer", labels[:2], buckets=_BUCKETS, registry=registry
        )
        self.in_flight = Gauge("http_requests_in_flight", "Requests being answered", registry=registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self.count.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)


class AccessLog:
    """Pure ASGI: measures from the first byte in to the last byte out, also when the request fails or is cut."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in QUIET_PATHS:
            await self.app(scope, receive, send)
            return
        # 499, as nginx counts it: nothing was answered because the client went away first.
        status, started = 499, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with self.metrics.in_flight.track_inprogress():
                await self.app(scope, receive, watched)
        except Exception:
            status = 500
            raise
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        self.metrics.observe(_known_method(scope["method"]), route_template(scope), status, seconds)
        state = scope.get("state", {})
        noted: dict[str, Any] = {name: state[name] for name in ("caller", "problem") if name in state}
        log.info(
            "request",
            action="http_request",
            method=scope["method"],
            path=mask_text(scope["path"]),
            status=status,
            duration_ms=round(seconds * 1000, 1),
            client=current_context().client_address,
            **noted,
        )


def route_template(scope: Scope) -> str:
    """`/dossiers/{dossier_id}`, or `unmatched`."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _known_method(method: str) -> str:
    """Methods are the client's to invent; labels are not."""
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
