"""A client hears of success only after the commit (trap 2.1): what fails while committing is 5xx, never 201."""

import asyncpg
import pytest
from fastapi import APIRouter
from service_kit.db import Database, UoW
from service_kit.ids import new_id
from service_kit.testing.http import open_client
from service_kit.testing.sample.service import SAMPLE, Note

router = APIRouter()

CUT_OFF = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE application_name = $1 AND datname = current_database()
"""
FAIL_AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused at commit'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@router.post("/notes", status_code=201)
async def add_note(uow: UoW) -> str:
    uow.session.add(Note(event_id=new_id(), account_id=new_id(), user_name="ann"))
    await uow.session.flush()
    return "created"


@pytest.fixture
async def urls(database_for):
    async with database_for(SAMPLE) as urls:
        yield urls


@pytest.fixture
async def database(urls):
    database = Database(urls.url, source=SAMPLE.source)
    yield database
    await database.close()


@pytest.fixture
async def client(database):
    async with open_client([router], database=database) as client:
        yield client


async def notes(urls) -> int:
    connection = await asyncpg.connect(urls.owner_url)
    try:
        return await connection.fetchval("SELECT count(*) FROM note")
    finally:
        await connection.close()


async def test_what_a_client_was_told_is_there(client, urls):
    assert (await client.post("/notes")).status_code == 201
    assert await notes(urls) == 1


async def test_a_commit_that_fails_is_500_and_never_201(client, urls):
    connection = await asyncpg.connect(urls.owner_url)
    await connection.execute(FAIL_AT_COMMIT)
    await connection.close()
    answer = await client.post("/notes")
    assert answer.status_code == 500
    assert "refused at commit" not in answer.text
    assert await notes(urls) == 0


async def test_a_connection_lost_before_the_commit_is_503_and_never_201(urls, database):
    lost = APIRouter()

    @lost.post("/notes", status_code=201)
    async def add_and_lose(uow: UoW) -> str:
        await add_note(uow)
        connection = await asyncpg.connect(urls.owner_url)
        await connection.fetch(CUT_OFF, database.source)
        await connection.close()
        return "created"

    async with open_client([lost], database=database) as client:
        answer = await client.post("/notes")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer.headers["retry-after"]
    assert await notes(urls) == 0


async def test_a_database_that_is_not_there_is_503(client, database):
    elsewhere = Database("postgresql://nobody@127.0.0.1:1/none", source=SAMPLE.source)
    async with open_client([router], database=elsewhere) as stranded:
        answer = await stranded.post("/notes")
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert (await stranded.get("/readyz")).json()["checks"] == {"database": "failing"}
    await elsewhere.close()


async def test_a_database_that_is_there_is_ready(client):
    assert (await client.get("/readyz")).json() == {"status": "ok", "checks": {"database": "ok"}}
