"""Every service publishes its OpenAPI document, and each route in it says how it refuses."""

from collections.abc import Iterator
from typing import Any, cast

import dossier_service.bootstrap
import identity_service.bootstrap
import notifier_service.bootstrap
import pytest
import scheduler_service.bootstrap
from service_kit.db import Database
from service_kit.http import create_app
from service_kit.runtime import Service

ALL: tuple[Service[Any, Any], ...] = (
    identity_service.bootstrap.SERVICE,
    dossier_service.bootstrap.SERVICE,
    notifier_service.bootstrap.SERVICE,
    scheduler_service.bootstrap.SERVICE,
)
OPEN = {"/.well-known/jwks.json"}
every_service = pytest.mark.parametrize("service", ALL, ids=lambda service: service.name)


class NoDatabase:
    """The document is made without one; readiness would ask this."""

    async def ping(self) -> None:
        raise ConnectionError("there is no database here")


def document(service: Service[Any, Any]) -> dict[str, Any]:
    app = create_app(
        title=service.name,
        version="1",
        options=service.http,
        database=cast(Database, NoDatabase()),
        deps=None,
        routers=service.routers,
        verifier=None,
        trusted_proxies=(),
        readiness={},
    )
    return app.openapi()


def operations(service: Service[Any, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document(service)["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def refusals(operation: dict[str, Any]) -> dict[str, Any]:
    return {status: answer for status, answer in operation["responses"].items() if status >= "400"}


@every_service
def test_the_document_is_published_under_the_service_s_own_prefix(service: Service[Any, Any]) -> None:
    prefix = f"/api/{service.name}/v1"

    assert (service.http.openapi_path, service.http.docs_path) == (f"{prefix}/openapi.json", f"{prefix}/docs")
    assert all(path.startswith(prefix + "/") for path in document(service)["paths"].keys() - OPEN)


@every_service
def test_every_route_says_how_it_refuses_and_always_as_a_problem(service: Service[Any, Any]) -> None:
    found = dict(operations(service))

    assert found
    for name, operation in found.items():
        answers = refusals(operation)
        assert name.split()[1] in OPEN or answers.keys() - {"422"}, name
        for status, answer in answers.items():
            assert list(answer["content"]) == ["application/problem+json"], (name, status)


@every_service
def test_every_route_that_wants_a_token_refuses_with_401_and_403(service: Service[Any, Any]) -> None:
    for name, operation in operations(service):
        if operation.get("security"):
            assert {"401", "403"} <= refusals(operation).keys(), name
