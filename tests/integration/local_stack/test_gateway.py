"""The gateway routes by path, tells services the real peer, and writes down nothing it should not."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from local_stack.environment import SERVICES
from local_stack.folders import claim
from local_stack.gateway import Gateway
from local_stack.ports import LOOPBACK, free_port
from local_stack.privileges import unprivileged_user
from local_stack.processes import Supervisor
from local_stack.servers import find
from local_stack.servers.base import Context

TOKEN = "aVerySecretTokenOfAnInvitation"


class Echo(BaseHTTPRequestHandler):
    """A service that answers who it is and what it was asked."""

    protocol_version = "HTTP/1.1"
    service: str

    def do_GET(self) -> None:
        body = json.dumps({"service": self.service, "path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


def echo(service: str) -> ThreadingHTTPServer:
    return ThreadingHTTPServer((LOOPBACK, 0), type("Handler", (Echo,), {"service": service}))


@dataclass
class Edge:
    client: httpx.Client
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(path, headers=headers).raise_for_status().json()
        return answer


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A gateway before four services, of which the scheduler does not answer."""
    folders = claim(tmp_path_factory.mktemp("gateway") / "home", unprivileged_user())
    supervisor = Supervisor(folders)
    upstreams = {name: echo(name) for name in SERVICES if name != "scheduler"}
    for upstream in upstreams.values():
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
    ports = {name: upstream.server_port for name, upstream in upstreams.items()} | {"scheduler": free_port()}
    nginx = find("nginx", Context(folders, supervisor, unprivileged_user(), {}))
    gateway = Gateway(nginx, free_port(), ports, folders, unprivileged_user())
    gateway.start(supervisor)
    with httpx.Client(base_url=gateway.url) as client:
        yield Edge(client, gateway.url, folders.log / "gateway.log")
    for upstream in upstreams.values():
        upstream.shutdown()
        upstream.server_close()
    supervisor.give_up()
    supervisor.close()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/identity/v1/me", "identity"),
        (f"/invitation/{TOKEN}", "identity"),
        (f"/api/identity/v1/invitations/{TOKEN}/acceptance", "identity"),
        ("/sign-in", "identity"),
        ("/sign-in/code", "identity"),
        ("/account", "identity"),
        ("/.well-known/jwks.json", "identity"),
        ("/static/identity/page.css", "identity"),
        ("/api/dossier/v1/dossiers/1?include=team", "dossier"),
        ("/api/notifier/v1/messages", "notifier"),
    ],
)
def test_a_path_leads_to_its_service_unchanged(edge: Edge, path: str, service: str) -> None:
    answer = edge.get(path)

    assert (answer["service"], answer["path"]) == (service, path)


@pytest.mark.parametrize("path", ["/", "/metrics", "/readyz", "/api/dossier", "/api/unknown/v1/x", "/signed-inn"])
def test_what_no_service_offers_outside_is_not_found(edge: Edge, path: str) -> None:
    response = edge.client.get(path)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_the_real_peer_is_the_last_forwarded_address_whatever_the_caller_says(edge: Edge) -> None:
    headers = edge.get("/api/dossier/v1/firms", **{"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7"})[
        "headers"
    ]

    assert headers["X-Forwarded-For"] == "203.0.113.7, 127.0.0.1"
    assert "Forwarded" not in headers


def test_a_correlation_id_passes_and_is_made_where_there_is_none(edge: Edge) -> None:
    given = edge.get("/api/dossier/v1/firms", **{"X-Correlation-Id": "abc-1"})["headers"]["X-Correlation-Id"]
    strange = edge.get("/api/dossier/v1/firms", **{"X-Correlation-Id": 'a"b c'})["headers"]["X-Correlation-Id"]

    assert given == "abc-1"
    assert len(strange) == 32


def test_a_body_over_the_limit_is_refused_before_a_service_sees_it(edge: Edge) -> None:
    response = edge.client.post("/api/dossier/v1/firms", content=b"x" * 3_000_000)

    assert response.status_code == 413
    assert response.json()["code"] == "content_too_large"


def test_a_service_that_does_not_answer_is_a_problem_that_says_so(edge: Edge) -> None:
    response = edge.client.get("/api/scheduler/v1/ladders")

    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"


def test_a_request_that_cannot_be_read_is_a_problem_too(edge: Edge) -> None:
    response = edge.client.get("/" + "x" * 20_000)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"


def test_the_version_of_the_server_is_not_told(edge: Edge) -> None:
    assert edge.client.get("/healthz").headers["Server"] == "nginx"


@pytest.mark.parametrize(
    "path",
    [
        f"/invitation/{TOKEN}",
        f"/invitation/{TOKEN}?again=1",
        f"//invitation//{TOKEN}",
        f"/%69nvitation/{TOKEN}",
        f"/invitation/{TOKEN}%0Amore",
        f"/invitation/x/../{TOKEN}",
        f"/api/identity/v1/invitations/{TOKEN}/acceptance",
        f"/api/dossier/v1/firms?token={TOKEN}",
    ],
)
def test_the_access_log_has_no_token_however_the_address_is_written(
    edge: Edge, until: Callable[..., None], path: str
) -> None:
    before = len(edge.log.read_text())

    edge.client.get(f"{edge.url}{path}")

    # nginx writes after it has answered.
    until(lambda: "gateway_access" in edge.log.read_text()[before:])
    assert TOKEN not in edge.log.read_text()[before:]


def test_the_error_log_has_no_token_when_a_request_for_an_invitation_fails(
    edge: Edge, until: Callable[..., None]
) -> None:
    before = len(edge.log.read_text())

    response = edge.client.post(f"/invitation/{TOKEN}", content=b"x" * 3_000_000)

    assert response.status_code == 413
    until(lambda: "gateway_access" in edge.log.read_text()[before:])
    assert TOKEN not in edge.log.read_text()[before:]
