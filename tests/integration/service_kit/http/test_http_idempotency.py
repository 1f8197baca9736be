"""Idempotency keys on a real database: one effect and one answer, however often and however simultaneously asked."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Request
from pydantic import BaseModel
from service_kit.db import Database, DatabaseOptions, UoW
from service_kit.errors import Conflict
from service_kit.http import IdempotentRoute, purge_idempotency_keys
from service_kit.http.auth import CurrentCaller
from service_kit.ids import new_id
from service_kit.testing.http import open_client
from service_kit.testing.sample.service import SAMPLE, Note
from service_kit.testing.tokens import TestIssuer
from sqlalchemy import text
from starlette.responses import JSONResponse, Response

ISSUER = TestIssuer()
router = APIRouter(route_class=IdempotentRoute)


class NoteIn(BaseModel):
    user_name: str


class NoteOut(BaseModel):
    event_id: UUID
    user_name: str


@router.post("/accounts/{account_id}/notes", status_code=201)
async def add_note(account_id: UUID, body: NoteIn, caller: CurrentCaller, uow: UoW, response: Response) -> NoteOut:
    note = Note(event_id=new_id(), account_id=account_id, user_name=body.user_name)
    uow.session.add(note)
    await uow.session.flush()
    match body.user_name:
        case "conflict":
            raise Conflict("not_now", "Not now.")
        case "bug":
            raise RuntimeError("after the effect")
    response.headers["ETag"] = '"1"'
    response.headers["Set-Cookie"] = "never=stored"
    return NoteOut(event_id=note.event_id, user_name=note.user_name)


@router.post("/refusals")
async def refuse(caller: CurrentCaller) -> Response:
    return JSONResponse({"no": True}, 409)


@router.put("/plain")
async def plain(request: Request) -> str:
    return request.headers.get("idempotency-key", "")


@pytest.fixture
async def database(database_for):
    async with database_for(SAMPLE) as urls:
        database = Database(urls.url, source=SAMPLE.source, options=DatabaseOptions(lock_timeout=2))
        yield database
        await database.close()


@pytest.fixture
async def client(database):
    async with open_client([router], database=database, verifier=ISSUER.verifier) as client:
        yield client


@pytest.fixture
def post(client):
    account, caller = uuid4(), uuid4()

    async def send(key="k-1", name="ann", *, account=account, caller=caller, path=None, headers=None):
        headers = {**ISSUER.headers_of(caller), **({"Idempotency-Key": key} if key else {}), **(headers or {})}
        return await client.post(path or f"/accounts/{account}/notes", json={"user_name": name}, headers=headers)

    return send


@pytest.fixture
def count(database):
    async def rows(table: str) -> int:
        async with database.engine.connect() as connection:
            return (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()

    return rows


async def test_the_second_answer_is_the_first_one_again(post, count):
    first, second = await post(), await post()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    for name in ("etag", "content-type"):
        assert first.headers[name] == second.headers[name]
    assert "set-cookie" not in second.headers
    assert await count("note") == 1


async def test_fifty_equal_posts_at_once_have_one_effect_and_fifty_equal_answers(post, count):
    answers = await asyncio.gather(*(post() for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 49
    assert await count("note") == 1


async def test_the_same_key_with_another_body_is_refused(post, count):
    await post()
    answer = await post(name="bob")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await count("note") == 1


async def test_the_same_key_with_another_query_is_refused(post):
    account = uuid4()
    await post(path=f"/accounts/{account}/notes")
    assert (await post(path=f"/accounts/{account}/notes?dry_run=true")).status_code == 422


async def test_a_key_belongs_to_one_caller_and_one_path(post, count):
    await post()
    for other in ({"caller": uuid4()}, {"account": uuid4()}):
        answer = await post(**other)
        assert answer.status_code == 201
        assert "idempotent-replayed" not in answer.headers
    assert await count("note") == 3


async def test_without_a_key_every_post_counts(post, count):
    await post(key=None)
    await post(key=None)
    assert (await count("note"), await count("idempotency_key")) == (2, 0)


@pytest.mark.parametrize(("name", "status"), [("conflict", 409), ("bug", 500)])
async def test_an_error_leaves_nothing_behind_and_the_key_is_free_again(post, count, name, status):
    assert (await post(name=name)).status_code == status
    assert (await count("note"), await count("idempotency_key")) == (0, 0)
    assert (await post(name="ann")).status_code == 201


async def test_an_invalid_body_leaves_nothing_behind(post, count, client):
    headers = {**ISSUER.headers_of(uuid4()), "Idempotency-Key": "k"}
    assert (await client.post(f"/accounts/{uuid4()}/notes", json={}, headers=headers)).status_code == 422
    assert await count("idempotency_key") == 0


async def test_a_refusal_that_is_returned_is_not_stored(post, count):
    assert (await post(path="/refusals")).status_code == 409
    assert await count("idempotency_key") == 0


async def test_a_caller_without_a_token_claims_nothing(client, count):
    answer = await client.post(f"/accounts/{uuid4()}/notes", json={"user_name": "x"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401
    assert await count("idempotency_key") == 0


async def test_quoted_and_bare_keys_are_the_same(post, count):
    await post(key="abc")
    assert "idempotent-replayed" in (await post(key='"abc"')).headers
    assert await count("note") == 1


@pytest.mark.parametrize("key", ['""', "x" * 256, "caf\u00e9".encode(), "tab\there"])
async def test_a_malformed_key_is_refused(post, key):
    answer = await post(key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_malformed")


async def test_one_that_waits_too_long_for_the_first_is_told_to_come_back(post, database):
    account, caller = uuid4(), uuid4()
    path = f"/accounts/{account}/notes"
    async with database.engine.begin() as first:
        await first.execute(
            text("INSERT INTO idempotency_key (scope, key, fingerprint) VALUES (:scope, 'k-1', ''::bytea)"),
            {"scope": f"user:{caller} POST {path}"},
        )
        answer = await post(caller=caller, account=account)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_in_progress")
        assert answer.headers["retry-after"] == "1"


async def test_when_the_first_fails_the_one_that_waited_goes_on(post, database, count):
    account, caller = uuid4(), uuid4()
    connection = await database.engine.connect()
    await connection.execute(
        text("INSERT INTO idempotency_key (scope, key, fingerprint) VALUES (:scope, 'k-1', ''::bytea)"),
        {"scope": f"user:{caller} POST /accounts/{account}/notes"},
    )
    waiting = asyncio.create_task(post(caller=caller, account=account))
    await asyncio.wait({waiting}, timeout=0.2)
    assert not waiting.done()
    await connection.rollback()
    assert (await waiting).status_code == 201
    await connection.close()
    assert await count("note") == 1


async def test_other_methods_do_not_look_at_the_header(client, count):
    assert (await client.put("/plain", headers={"Idempotency-Key": "k"})).json() == "k"
    assert await count("idempotency_key") == 0


async def test_old_answers_are_purged_and_the_key_is_new_again(post, database, count):
    await post()
    async with database.transaction() as uow:
        assert await purge_idempotency_keys(uow) == 0
        await uow.session.execute(text("UPDATE idempotency_key SET created_at = now() - interval '25 hours'"))
        assert await purge_idempotency_keys(uow) == 1
    answer = await post()
    assert "idempotent-replayed" not in answer.headers
    assert await count("note") == 2


async def test_retention_is_the_callers_to_choose(post, database):
    await post()
    async with database.transaction() as uow:
        await uow.session.execute(text("UPDATE idempotency_key SET created_at = now() - interval '2 hours'"))
        assert await purge_idempotency_keys(uow, timedelta(hours=3)) == 0
        assert await purge_idempotency_keys(uow, timedelta(hours=1)) == 1
