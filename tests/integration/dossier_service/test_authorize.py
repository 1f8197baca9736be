"""The decision a gateway asks for (E2): 204 with headers, 401, else 403; and a real nginx that protects by it (A9)."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from dossier_service.access.decisions.routes import router as decisions
from dossier_service.settings import DossierSettings
from event_contracts.security import SessionEnded
from local_stack.folders import CLONE, claim
from local_stack.gateway import render, temporary_paths
from local_stack.ports import LOOPBACK, free_port
from local_stack.privileges import unprivileged_user
from local_stack.processes import Command, Supervisor, wait_until_ready
from local_stack.servers import find
from local_stack.servers.base import Context
from service_kit.http import HttpOptions, create_app
from service_kit.ids import new_id
from service_kit.runtime.web import serve_http
from sqlalchemy import text

EXAMPLE = CLONE / "deploy" / "gateway" / "protected-application.conf"
PREFIX = "x-dossier-"


def asking(dossier: Any, section: str = "reports", action: str = "read") -> str:
    return f"/authorize?dossier_id={dossier.id}&section={section}&action={action}"


def told(answer: httpx.Response) -> dict[str, str]:
    """The headers of the law, without their prefix."""
    return {name.removeprefix(PREFIX): value for name, value in answer.headers.items() if name.startswith(PREFIX)}


class TestAnswers:
    async def test_a7_a_yes_says_as_whom_and_how_far(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")

        by_staff = await office.accountant.get(asking(dossier, action="create"))
        by_child = await child.get(asking(dossier))
        own = await child.get(asking(dossier, "client_record"))

        assert [answer.status_code for answer in (by_staff, by_child, own)] == [204, 204, 204]
        assert told(by_staff) == {"account": str(office.accountant.account_id), "party": "manager"}
        assert told(by_child) == {"account": str(child.account_id), "party": "family", "right": "read"}
        assert told(own)["limit"] == "own"
        assert by_child.content == b""

    async def test_a9_a_branch_travels_along_and_networks_hold(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")
        branch = await office.administrator.made(f"/firms/{office.firm_id}/branches", {"name": "Liège"})
        async with world.harness.transaction() as uow:
            limits = "UPDATE access_grant SET branch_id = :id, networks = '{192.0.2.0/24}'"
            await uow.session.execute(text(limits), {"id": branch["id"]})

        inside = await child.call("GET", asking(dossier), X_Forwarded_For="192.0.2.7")
        outside = await child.call("GET", asking(dossier), X_Forwarded_For="192.0.3.7")

        assert (inside.status_code, told(inside)["branch"]) == (204, branch["id"])
        assert (outside.status_code, outside.json()["rule"]) == (403, "A9")

    async def test_everything_else_is_401_or_403_with_a_problem(self, world: Any, now: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")
        session = new_id()
        ended = world.somebody(child.account_id, session)
        await world.told(
            SessionEnded(session_id=session, account_id=child.account_id, reason="signed out", tokens_expire_at=now)
        )

        refused = {
            "no token": await world.client.get("/api/dossier/v1" + asking(dossier)),
            "ended": await ended.get(asking(dossier)),
            "not allowed": await child.get(asking(dossier, action="create")),
            "stranger": await world.somebody().get(asking(dossier)),
            "unknown": await child.get(f"/authorize?dossier_id={new_id()}&section=reports&action=read"),
            "administrator": await office.administrator.get(asking(dossier)),
            "system": await world.system().get(asking(dossier)),
        }

        assert {name: (answer.status_code, answer.json().get("rule")) for name, answer in refused.items()} == {
            "no token": (401, None),
            "ended": (401, "I11"),
            "not allowed": (403, "A7"),
            "stranger": (403, "A13"),
            "unknown": (403, "A13"),
            "administrator": (403, "A14"),
            "system": (403, None),
        }
        assert [told(answer) for answer in refused.values()] == [{}] * len(refused)

    async def test_e2_a_question_that_cannot_be_read_is_refused_and_never_an_error(self, world: Any) -> None:
        known = {"dossier_id": str(new_id()), "section": "reports", "action": "read"}
        questions: tuple[tuple[Any, set[str]], ...] = (
            ({}, {"dossier_id", "section", "action"}),
            ({**known, "dossier_id": ""}, {"dossier_id"}),
            ({**known, "dossier_id": "1"}, {"dossier_id"}),
            ({**known, "section": "safe"}, {"section"}),
            ({**known, "action": "READ"}, {"action"}),
            ([*known.items(), ("action", "write")], {"action"}),
            ({**known, "dossier_id": "\x00" * 36}, {"dossier_id"}),
        )
        stranger = world.somebody()

        for question, wrong in questions:
            answer = await stranger.get(f"/authorize?{httpx.QueryParams(question)}")

            assert (answer.status_code, answer.json()["code"]) == (403, "question_malformed"), question
            assert {(error["field"], error["rule"]) for error in answer.json()["errors"]} == {
                (field, "E2") for field in wrong
            }


class Echo(BaseHTTPRequestHandler):
    """An application that knows no rights and answers what it was told."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def application() -> Iterator[int]:
    server = ThreadingHTTPServer((LOOPBACK, 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@contextmanager
def nginx(home: Path, dossier_port: int, application_port: int) -> Iterator[str]:
    """A real nginx whose whole configuration is the example."""
    folders = claim(home, unprivileged_user())
    supervisor = Supervisor(folders)
    found = find("nginx", Context(folders, supervisor, unprivileged_user(), {}))
    port, folder = free_port(), folders.data
    values = {
        "DOSSIER_ADDRESS": f"{LOOPBACK}:{dossier_port}",
        "APPLICATION_ADDRESS": f"{LOOPBACK}:{application_port}",
        "APPLICATION_LISTEN": f"{LOOPBACK}:{port}",
    }
    paths = temporary_paths("", folder)
    inside = f"access_log off; {paths}\n{render(EXAMPLE.read_text(), values)}"
    configuration = folder / "nginx.conf"
    configuration.write_text(f"daemon off; pid {folder}/nginx.pid; events {{}}\nhttp {{ {inside} }}\n")
    arguments = [*found.program, "-p", folder, "-e", "stderr", "-c", configuration]
    child = supervisor.start(Command("nginx", arguments, user=None if found.in_container else unprivileged_user()))
    wait_until_ready(child, lambda: listens(port), timeout=20)
    yield f"http://{LOOPBACK}:{port}"
    supervisor.give_up()
    supervisor.close()


def listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=5).close()
    except OSError:
        return False
    return True


@asynccontextmanager
async def dossier_api(world: Any) -> AsyncIterator[int]:
    """The decisions of the service behind a real socket, believing the one proxy."""
    app = create_app(
        title="dossier",
        version="1",
        options=HttpOptions(),
        database=world.harness.database,
        deps=None,
        routers=(decisions,),
        verifier=world.issuer.verifier,
        trusted_proxies=[LOOPBACK],
        readiness={},
    )
    port, stop = free_port(), asyncio.Event()
    settings = DossierSettings(
        database_url="postgresql://not-used", rabbit_url="amqp://not-used", public_base_url="", token_issuer=""
    )
    serving = asyncio.create_task(serve_http(app, port, settings, stop))
    yield port
    stop.set()
    await serving


@dataclass(frozen=True)
class Protected:
    """Two people of a dossier before the protected application."""

    client: httpx.AsyncClient
    dossier: Any
    manager: Any
    child: Any

    async def ask(self, who: Any, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, headers={**(who.headers if who else {}), **named})


@pytest.fixture
async def protected(world: Any, tmp_path: Path) -> AsyncIterator[Protected]:
    office = await world.office()
    dossier = await world.dossier(office)
    child, _ = await world.granted(office, dossier, dossier.child_id, "read")
    async with dossier_api(world) as port:
        with application() as application_port, nginx(tmp_path / "home", port, application_port) as url:
            async with httpx.AsyncClient(base_url=url) as client:
                yield Protected(client, dossier, office.accountant, child)


class TestNginx:
    async def test_e2_the_application_is_told_who_it_is_and_nobody_tells_it_otherwise(
        self, protected: Protected
    ) -> None:
        path = f"/dossiers/{protected.dossier.id}/reports/7?full=1"
        forged = {"X_Dossier_Party": "manager", "X_Dossier_Branch": "all", "X_Dossier_Right": "write"}

        answer = await protected.ask(protected.child, path, **forged)

        assert answer.status_code == 200, answer.text
        assert answer.json()["path"] == path
        headers = answer.json()["headers"]
        assert {name: value for name, value in headers.items() if name.startswith(PREFIX)} == {
            "x-dossier-id": protected.dossier.id,
            "x-dossier-account": str(protected.child.account_id),
            "x-dossier-party": "family",
            "x-dossier-right": "read",
        }
        assert "authorization" not in headers

    async def test_a7_the_method_is_the_action(self, protected: Protected) -> None:
        path = f"/dossiers/{protected.dossier.id}/reports"
        asked = [
            await protected.ask(who, path, method)
            for who in (protected.manager, protected.child)
            for method in ("GET", "POST", "DELETE")
        ]
        simulation = f"/dossiers/{protected.dossier.id}/simulations"
        other = await protected.ask(protected.child, simulation, "POST")

        assert [answer.status_code for answer in asked] == [200, 200, 200, 200, 403, 403]
        assert other.status_code == 403

    async def test_without_a_yes_nobody_gets_in(self, protected: Protected) -> None:
        dossier, other = protected.dossier.id, new_id()
        paths = (
            f"/dossiers/{other}/reports",
            f"/dossiers/{dossier}/unknown",
            f"/dossiers/{dossier}/reports/..%2f..%2f{other}/reports",
            f"/dossiers/{dossier}/reports/%2e%2e/simulations",
            f"/dossiers/{dossier}%26dossier_id={other}/reports",
            "/dossiers/x/reports",
        )

        without = await protected.ask(None, f"/dossiers/{dossier}/reports")
        refused = {path: (await protected.ask(protected.manager, path)).status_code for path in paths}
        hidden = await protected.ask(protected.manager, "/.dossier-decision")

        assert (without.status_code, without.headers["www-authenticate"].startswith("Bearer")) == (401, True)
        assert refused == dict.fromkeys(paths, 403)
        assert hidden.status_code == 404

    async def test_a9_limits_to_addresses_hold_behind_nginx(self, protected: Protected, world: Any) -> None:
        async with world.harness.transaction() as uow:
            await uow.session.execute(text("UPDATE access_grant SET networks = '{192.0.2.0/24}'"))
        path = f"/dossiers/{protected.dossier.id}/reports"

        inside = await protected.ask(protected.child, path, X_Forwarded_For="192.0.2.7")
        outside = await protected.ask(protected.child, path, X_Forwarded_For="192.0.2.7, 198.51.100.9")

        assert (inside.status_code, outside.status_code) == (200, 403)
