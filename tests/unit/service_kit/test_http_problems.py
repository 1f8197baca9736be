"""Problems (RFC 9457): every refusal names its code and rule, and no answer says more than it may."""

import json
from typing import Annotated
from uuid import UUID

import asyncpg
import pytest
import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, field_validator
from service_kit.db import Database
from service_kit.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    RateLimited,
    Related,
    Unavailable,
)
from service_kit.http import HttpOptions, IfMatch, field_error, problem_responses, require_match
from service_kit.http.pages import PageParams
from service_kit.testing.http import open_client
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

ERRORS = {
    "not_found": NotFound("dossier_unknown", "There is no such dossier."),
    "conflict": Conflict("holder_keeps_access", "A holder's access is never withdrawn.", rule="A5"),
    "forbidden": Forbidden("managers_only", "Only the manager may.", rule="A1"),
    "in_the_way": Conflict("manages_dossiers", "Hand them over.", related=(Related("dossier", UUID(int=7), "Dupont"),)),
    "gone": Gone("link_expired", "This link has expired."),
    "rate_limited": RateLimited("too_many", "Too often.", retry_after=60),
    "unavailable": Unavailable("busy", "Busy.", retry_after=3),
    "invalid": Invalid(
        "phone_missing", "A phone is needed.", fields=(FieldError("phone", "missing", "Needed.", "A3"),)
    ),
    "operational": OperationalError("SELECT 1", {}, Exception("secret dsn")),
    "invalidated": DBAPIError("SELECT 1", {}, Exception("x"), connection_invalidated=True),
    "bug_in_sql": DBAPIError("SELECT secret", {}, Exception("x")),
    "pool": PoolTimeout("QueuePool limit reached"),
    "refused": ConnectionRefusedError("no one there"),
    "too_many_connections": asyncpg.TooManyConnectionsError("53300"),
    "bug": RuntimeError("secret detail"),
}


class PersonIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str
    password: str
    age: int = 0

    @field_validator("email")
    @classmethod
    def has_an_at(cls, value: str) -> str:
        if "@" not in value:
            raise field_error("email_malformed", "This is {no} e-mail address.", "A3")
        return value


router = APIRouter(prefix="/api/test/v1")


@router.get("/raise/{name}", responses=problem_responses(NotFound, Conflict))
async def raises(name: str) -> None:
    raise ERRORS[name]


@router.post("/people", status_code=201)
async def add_person(person: PersonIn) -> dict[str, str]:
    return {"email": person.email}


@router.get("/list")
async def listed(page: PageParams) -> int:
    page.after(int)
    return page.limit


@router.put("/thing")
async def edit(if_match: IfMatch = None) -> None:
    require_match(if_match, 3)


async def _failing_commit():
    yield
    raise OperationalError("COMMIT", {}, Exception("server closed the connection"))


@router.post("/commit-fails", status_code=201)
async def commit_fails(_: Annotated[None, Depends(_failing_commit, scope="function")]) -> str:
    return "created"


@pytest.fixture
async def client():
    # Nothing here opens a transaction: the database is never reached.
    database = Database("postgresql://nobody@localhost:1/none", source="/dossier-access/test")
    async with open_client([router], database=database, options=HttpOptions(openapi_path="/openapi.json")) as client:
        client.base_url = "http://test/api/test/v1"
        yield client
    await database.close()


class TestProblems:
    @pytest.mark.parametrize(
        ("name", "status"),
        [("not_found", 404), ("conflict", 409), ("forbidden", 403), ("gone", 410), ("rate_limited", 429)],
    )
    async def test_a_domain_error_is_a_problem_with_its_status(self, client, name, status):
        answer = await client.get(f"/raise/{name}", headers={"X-Correlation-Id": "corr-1"})
        error = ERRORS[name]
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body.pop("title")
        expected = {
            "type": f"urn:dossier-access:problem:{error.code}",
            "status": status,
            "code": error.code,
            "detail": error.detail,
            "correlation_id": "corr-1",
        }
        assert body == expected | ({"rule": error.rule} if error.rule else {})

    async def test_an_invalid_field_is_named_with_its_rule(self, client):
        answer = await client.get("/raise/invalid")
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": "phone", "code": "missing", "detail": "Needed.", "rule": "A3"}]

    async def test_when_to_come_back_is_a_header(self, client):
        assert (await client.get("/raise/rate_limited")).headers["retry-after"] == "60"
        assert (await client.get("/raise/unavailable")).headers["retry-after"] == "3"

    @pytest.mark.parametrize("name", ["operational", "invalidated", "pool", "refused", "too_many_connections"])
    async def test_trouble_with_the_database_is_503_and_says_no_more(self, client, name):
        answer = await client.get(f"/raise/{name}")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["code"] == "database_unavailable"
        assert "secret" not in answer.text

    @pytest.mark.parametrize("name", ["bug", "bug_in_sql"])
    async def test_a_bug_is_500_with_a_correlation_id_and_nothing_else(self, client, name):
        with structlog.testing.capture_logs() as logs:
            answer = await client.get(f"/raise/{name}", headers={"X-Correlation-Id": "corr-9"})
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["correlation_id"] == "corr-9" == answer.headers["x-correlation-id"]
        assert [line["action"] for line in logs if line["log_level"] == "error"] == ["request_failed"]

    async def test_a_refusal_is_one_quiet_line_and_no_error(self, client):
        with structlog.testing.capture_logs() as logs:
            await client.get("/raise/conflict")
        (line,) = logs
        assert (line["log_level"], line["problem"], line["status"]) == ("info", "holder_keeps_access", 409)

    async def test_what_stands_in_the_way_is_named_by_id_and_name(self, client):
        problem = (await client.get("/raise/in_the_way")).json()
        assert problem["related"] == [{"kind": "dossier", "id": str(UUID(int=7)), "name": "Dupont"}]
        assert "related" not in (await client.get("/raise/conflict")).json()

    async def test_a_failing_commit_is_5xx_and_never_201(self, client):
        answer = await client.post("/commit-fails")
        assert answer.status_code == 503

    async def test_unknown_paths_and_methods_are_problems_too(self, client):
        missing = await client.get("/nowhere")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        wrong = await client.delete("/people")
        assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
        assert wrong.headers["allow"] == "POST"


class TestValidation:
    async def test_the_field_and_its_rule_are_named(self, client):
        answer = await client.post("/people", json={"email": "alice", "password": "Zx9-secret"})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"field": "email", "code": "email_malformed", "detail": "This is {no} e-mail address.", "rule": "A3"}
        ]

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({"email": "a@b"}, "password", "missing"),
            ({"email": "a@b", "password": "Zx9-secret", "role": "admin"}, "role", "extra_forbidden"),
            ({"email": "a@b", "password": ["Zx9-secret"]}, "password", "string_type"),
            ({"email": "a@b", "password": "Zx9-secret", "age": "Zx9-secret"}, "age", "int_parsing"),
            (["Zx9-secret"], "body", "model_attributes_type"),
        ],
    )
    async def test_what_was_sent_is_never_repeated(self, client, body, field, code):
        answer = await client.post("/people", json=body)
        assert answer.status_code == 422
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
        assert "Zx9-secret" not in answer.text

    @pytest.mark.parametrize("body", [b"{", b'{"email": "Zx9-secret', b"\xff\xfe"])
    async def test_a_body_that_is_no_json_is_a_problem(self, client, body):
        answer = await client.post("/people", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Zx9-secret" not in answer.text

    async def test_page_parameters_have_limits(self, client):
        assert (await client.get("/list")).json() == 50
        assert (await client.get("/list?limit=200")).json() == 200
        for query in ("limit=0", "limit=201", "limit=x", "cursor=!!", "cursor=", "cursor=" + "a" * 2000):
            answer = await client.get(f"/list?{query}")
            assert answer.status_code == 422, query

    async def test_if_match_is_required_and_compared(self, client):
        assert (await client.put("/thing")).status_code == 428
        assert (await client.put("/thing", headers={"If-Match": '"2"'})).status_code == 412
        assert (await client.put("/thing", headers={"If-Match": '"3"'})).status_code == 200


class TestOpenApi:
    async def test_the_openapi_document_declares_problems(self, client):
        document = (await client.get("http://test/openapi.json")).json()
        responses = document["paths"]["/api/test/v1/raise/{name}"]["get"]["responses"]
        assert {"404", "409", "422"} <= set(responses)
        assert set(responses["404"]["content"]) == {"application/problem+json"}
        assert "Problem" in document["components"]["schemas"]
        assert "HTTPValidationError" not in json.dumps(document)
