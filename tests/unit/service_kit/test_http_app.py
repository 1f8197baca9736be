"""The edge as a client meets it: limits, correlation, headers, access log, callers, health; no server needed."""

import asyncio
import json
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
import structlog
from fastapi import APIRouter, Body
from prometheus_client import CollectorRegistry
from service_kit.context import current_context
from service_kit.db import Database
from service_kit.errors import NotFound
from service_kit.http import HttpOptions
from service_kit.http.auth import CurrentCaller, CurrentSystem, CurrentUser
from service_kit.http.client_address import ClientAddress
from service_kit.http.health import health_app
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer

JSON = {"content-type": "application/json"}
ISSUER = TestIssuer()
ACCOUNT, SESSION = uuid4(), uuid4()

router = APIRouter(prefix="/api/test/v1")


@router.post("/echo")
async def echo(body: Annotated[object, Body()]) -> object:
    return body


@router.get("/context")
async def context() -> dict[str, str | None]:
    known = current_context()
    return {"id": known.correlation_id, "cause": known.causation_id, "trace": known.traceparent}


@router.get("/address")
async def address(client: ClientAddress) -> str:
    return client


@router.get("/caller")
async def caller(caller: CurrentCaller) -> dict[str, object]:
    return {"account": caller.account_id, "kind": caller.kind, "client": caller.client_id}


@router.get("/person")
async def person(caller: CurrentUser) -> UUID:
    return caller.account_id


@router.get("/system")
async def system(caller: CurrentSystem) -> str | None:
    return caller.client_id


@router.get("/invitation/{token}")
async def invitation(token: str) -> None:
    raise NotFound("invitation_unknown", "There is no such invitation.")


@router.get("/bugs/{number}")
async def bug(number: int) -> None:
    raise RuntimeError(f"bug {number}")


def bearer(**changes) -> dict[str, str]:
    claims = {"sub": str(ACCOUNT), "kind": "user", "sid": str(SESSION), **changes}
    return {"Authorization": f"Bearer {ISSUER.token(**claims)}"}


async def passes() -> None:
    return None


async def hangs() -> None:
    await asyncio.Event().wait()


@pytest.fixture
async def client():
    # Nothing here opens a transaction; there is no server on that port.
    database = Database("postgresql://nobody@127.0.0.1:1/none", source="/dossier-access/test")
    options = HttpOptions(max_body_bytes=1000)
    async with open_client(
        [router], database=database, verifier=ISSUER.verifier, options=options, readiness={"broker": passes}
    ) as client:
        client.base_url = "http://test/api/test/v1"
        yield client
    await database.close()


class TestBodyLimit:
    async def test_a_body_at_the_limit_passes(self, client):
        assert (await client.post("/echo", content=json.dumps("x" * 998), headers=JSON)).status_code == 200

    async def test_a_declared_length_over_the_limit_is_refused_unread(self, client):
        async def never():
            raise AssertionError("the body was read")
            yield b""

        answer = await client.post("/echo", content=never(), headers={**JSON, "content-length": "1001"})
        assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
        assert answer.headers["connection"] == "close"

    async def test_chunks_are_counted_and_reading_stops_at_the_limit(self, client):
        sent = 0

        async def chunks():
            nonlocal sent
            for _ in range(1000):
                sent += 1
                yield b"x" * 100

        answer = await client.post("/echo", content=chunks(), headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
        assert sent == 11

    async def test_a_false_length_does_not_help(self, client):
        async def chunks():
            for _ in range(20):
                yield b"x" * 100

        answer = await client.post("/echo", content=chunks(), headers={**JSON, "content-length": "5"})
        assert answer.status_code == 413


class TestCorrelation:
    async def test_what_the_caller_sends_is_carried_and_returned(self, client):
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        answer = await client.get("/context", headers={"X-Correlation-Id": "mine", "traceparent": trace})
        assert answer.headers["x-correlation-id"] == "mine"
        body = answer.json()
        assert (body["id"], body["trace"]) == ("mine", trace)
        assert UUID(body["cause"]).version == 7

    async def test_without_one_the_request_gets_its_own(self, client):
        body = (await client.get("/context", headers={"X-Correlation-Id": "no good"})).json()
        other = (await client.get("/context")).json()
        assert UUID(body["id"]).version == 7
        assert body["id"] != other["id"] == other["cause"]


class TestHeadersAndLogs:
    async def test_every_answer_carries_the_security_headers(self, client):
        for path in ("/context", "/nowhere", "/bugs/1"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]

    async def test_the_access_log_masks_links_and_names_the_real_client(self, client):
        with structlog.testing.capture_logs() as logs:
            await client.get("/invitation/Abc-123", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
        (line,) = logs
        assert "Abc-123" not in json.dumps(line)
        assert (line["path"], line["client"]) == ("/api/test/v1/invitation/***", "203.0.113.9")
        assert (line["method"], line["status"], line["action"]) == ("GET", 404, "http_request")

    async def test_no_redirect_is_built_from_the_host_header(self, client):
        answer = await client.get("/context/", headers={"Host": "evil.example"})
        assert answer.status_code == 404
        assert "evil.example" not in answer.text + str(answer.headers)

    async def test_a_spoofed_forwarded_for_is_not_believed(self, client):
        spoofed = await client.get("/address", headers={"X-Forwarded-For": "10.1.1.1, 203.0.113.9"})
        assert spoofed.json() == "203.0.113.9"


class TestCallers:
    async def test_a_person_is_known_by_the_token(self, client):
        body = (await client.get("/caller", headers=bearer())).json()
        assert body == {"account": str(ACCOUNT), "kind": "user", "client": None}

    async def test_a_system_is_known_by_its_client_id(self, client):
        headers = bearer(kind="system", sub="crm")
        assert (await client.get("/system", headers=headers)).json() == "crm"

    async def test_people_and_systems_are_not_mistaken(self, client):
        assert (await client.get("/person", headers=bearer(kind="system", sub="crm"))).status_code == 403
        assert (await client.get("/system", headers=bearer())).status_code == 403

    async def test_no_token_is_401_and_says_how(self, client):
        answer = await client.get("/caller")
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "Bearer ", "token", ""])
    async def test_another_scheme_is_no_token(self, client, value):
        assert (await client.get("/caller", headers={"Authorization": value})).status_code == 401

    async def test_a_bad_token_is_401_and_does_not_say_why(self, client):
        answer = await client.get("/caller", headers=bearer(aud="other"))
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


class TestHealth:
    async def test_a_process_is_alive_while_its_database_is_not_and_says_what_is_missing(self, client):
        assert (await client.get("http://test/healthz")).json() == {"status": "ok"}
        answer = await client.get("http://test/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {"database": "failing", "broker": "ok"}

    async def test_a_ready_process_says_so(self):
        app = health_app({"database": passes, "broker": passes}, CollectorRegistry())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")
            assert (await client.get("/metrics")).status_code == 200

    async def test_a_check_that_hangs_fails_and_keeps_nobody_waiting(self):
        app = health_app({"broker": hangs, "mail": passes}, CollectorRegistry(), timeout=0.05)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
            answer = await client.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["checks"] == {"broker": "failing", "mail": "ok"}
            assert (await client.get("/healthz")).status_code == 200

    async def test_metrics_count_by_route_template_and_never_by_path(self, client):
        await client.get("/bugs/4711")
        await client.get("/nowhere/4712")
        await client.request("BREW", "/context")
        text = (await client.get("http://test/metrics")).text
        assert 'http_requests_total{method="GET",route="/api/test/v1/bugs/{number}",status="500"} 1.0' in text
        assert 'route="unmatched",status="404"' in text
        assert 'http_request_duration_seconds_bucket{le="0.005",method="GET"' in text
        assert "http_requests_in_flight 0.0" in text
        for invented in ("4711", "4712", "BREW", "/metrics"):
            assert invented not in text
