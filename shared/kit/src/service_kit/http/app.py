"""`create_app`: the one way a service becomes an HTTP application, so that every service has the same edge."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from service_kit.db import Database
from service_kit.errors import DomainError
from service_kit.http import problems
from service_kit.http.access_log import AccessLog, RequestMetrics
from service_kit.http.health import health_routes
from service_kit.http.middleware import BodyLimit, Correlation, SecurityHeaders
from service_kit.http.trouble import UnexpectedErrors
from service_kit.networks import Network, parse_networks
from service_kit.security.tokens import TokenVerifier


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """What may differ between services. Docs are off unless a path is given (`/api/<service>/v1/docs`)."""

    max_body_bytes: int = 1_000_000
    docs_path: str | None = None
    openapi_path: str | None = None


class ServiceApp(FastAPI):
    """FastAPI whose OpenAPI knows the problem schema that all refusals share."""

    def openapi(self) -> dict[str, Any]:
        schema = super().openapi()
        schema.setdefault("components", {}).setdefault("schemas", {}).update(problems.problem_schemas())
        return schema


def create_app(
    *,
    title: str,
    version: str,
    options: HttpOptions,
    database: Database,
    deps: object,
    routers: Sequence[APIRouter],
    verifier: TokenVerifier | None,
    trusted_proxies: Sequence[str],
    readiness: Mapping[str, Callable[[], Awaitable[None]]],
    metrics_registry: CollectorRegistry | None = None,
) -> FastAPI:
    """The application of one service. Run it behind uvicorn with `proxy_headers=False` and `access_log=False`:
    the peer's address must arrive untouched, and the access log, which masks links, is written here."""
    registry = metrics_registry or CollectorRegistry()
    proxies = parse_networks(trusted_proxies)
    app = ServiceApp(
        title=title,
        version=version,
        docs_url=options.docs_path,
        redoc_url=None,
        openapi_url=options.openapi_path,
        redirect_slashes=False,  # the redirect would be built from the Host header, which anybody may write
        middleware=_middleware(options, proxies, registry),
        responses={422: problems.problem_openapi("Some fields cannot be accepted.")},
    )
    app.state.database = database
    app.state.deps = deps
    app.state.verifier = verifier
    app.add_exception_handler(DomainError, problems.on_domain_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.router.routes.extend(health_routes({"database": lambda: app.state.database.ping(), **readiness}, registry))
    for router in routers:
        app.include_router(router)
    return app


def _middleware(options: HttpOptions, proxies: tuple[Network, ...], registry: CollectorRegistry) -> list[Middleware]:
    """From the outside in: the context first, so that every later line and answer carries it."""
    bare = frozenset({options.docs_path} if options.docs_path else ())
    return [
        Middleware(Correlation, trusted_proxies=proxies),
        Middleware(AccessLog, metrics=RequestMetrics(registry)),
        Middleware(SecurityHeaders, bare=bare),
        Middleware(UnexpectedErrors),
        Middleware(BodyLimit, max_bytes=options.max_body_bytes),
    ]
