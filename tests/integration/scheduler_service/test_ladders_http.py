"""Ladders over HTTP: for other systems only, whole and in pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from scheduler_service.ladders.routes import router
from service_kit.ids import new_id
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer

World = Any
DAY = timedelta(days=1)
SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
PATH = "/api/scheduler/v1/ladders"


@pytest.fixture
def issuer() -> TestIssuer:
    return TestIssuer()


@pytest.fixture
async def anybody(world: World, issuer: TestIssuer) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client([router], database=world.database, verifier=issuer.verifier) as client:
        yield client


@pytest.fixture
async def client(anybody: httpx.AsyncClient, issuer: TestIssuer) -> httpx.AsyncClient:
    """A client that calls as another system."""
    anybody.headers.update(issuer.headers_of_system("reporting"))
    return anybody


async def test_a_ladder_is_shown_with_its_state_and_steps(world: World, client: httpx.AsyncClient) -> None:
    key = world.key()
    await world.told(world.sent(key, at=SENT))
    await world.now_is(SENT + 8 * DAY)
    await world.tick()

    answer = await client.get(PATH, params={"subject_id": str(key.subject_id)})

    assert answer.status_code == 200
    (ladder,) = answer.json()["items"]
    first, second = ladder.pop("steps")
    assert ladder == {
        "kind": "invitation",
        "subject_id": str(key.subject_id),
        "firm_id": str(key.firm_id),
        "epoch": 1,
        "state": "armed",
        "stop_reason": None,
        "started_at": "2026-03-03T09:15:00Z",
        "next_due_at": "2026-04-02T09:15:00Z",
        "expiry": None,
    }
    assert (first["step"], first["state"], first["due_at"]) == (1, "fired", "2026-03-10T09:15:00Z")
    assert first["fired_at"] is not None
    assert second == {"step": 2, "state": "armed", "due_at": "2026-04-02T09:15:00Z", "fired_at": None}


async def test_a_stopped_ladder_says_why(world: World, client: httpx.AsyncClient) -> None:
    key = world.key()
    await world.told(world.sent(key, at=SENT), world.revoked(key))

    answer = await client.get(PATH, params={"subject_id": str(key.subject_id)})

    (ladder,) = answer.json()["items"]
    assert (ladder["state"], ladder["stop_reason"], ladder["next_due_at"]) == ("stopped", "invitation_revoked", None)
    assert [step["state"] for step in ladder["steps"]] == ["cancelled", "cancelled"]


async def test_the_expiry_is_shown_beside_the_reminders(world: World, client: httpx.AsyncClient) -> None:
    key, stopped = world.key(), world.key()
    await world.told(*(world.sent(each, at=SENT, expiry=60 * DAY) for each in (key, stopped)), world.revoked(stopped))

    shown = []
    for day, subject in ((31, key), (31, stopped), (61, key)):
        await world.now_is(SENT + day * DAY)
        await world.tick_until_idle()
        (ladder,) = (await client.get(PATH, params={"subject_id": str(subject.subject_id)})).json()["items"]
        assert ladder["expiry"]["due_at"] == "2026-05-02T09:15:00Z"
        assert ladder["next_due_at"] is None
        shown.append((ladder["state"], ladder["expiry"]["state"], ladder["expiry"]["fired_at"] is not None))

    assert shown == [("armed", "armed", False), ("stopped", "cancelled", False), ("finished", "fired", True)]


async def test_a_subject_without_ladders_has_an_empty_list(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, params={"subject_id": str(new_id())})

    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_pages_show_every_ladder_once_in_order(world: World, client: httpx.AsyncClient) -> None:
    subject = new_id()
    keys = [world.key(subject=subject) for _ in range(5)]
    await world.told(*(world.sent(key, at=SENT) for key in keys), world.sent(world.key(), at=SENT))
    shown: list[str] = []
    cursor: dict[str, str] = {}

    for _ in range(3):
        page = (await client.get(PATH, params={"subject_id": str(subject), "limit": 2, **cursor})).json()
        shown += [ladder["firm_id"] for ladder in page["items"]]
        cursor = {"cursor": page["next"]}

    assert shown == [str(key.firm_id) for key in keys]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "subject_id"),
        ({"subject_id": "somebody"}, "subject_id"),
        ({"subject_id": str(new_id()), "limit": "0"}, "limit"),
        ({"subject_id": str(new_id()), "cursor": "nonsense"}, "cursor"),
    ],
)
async def test_a_question_that_cannot_be_meant_names_its_field(
    client: httpx.AsyncClient, params: dict[str, str], field: str
) -> None:
    answer = await client.get(PATH, params=params)

    assert answer.status_code == 422
    assert [error["field"].rpartition(".")[2] for error in answer.json()["errors"]] == [field]


async def test_people_are_refused(anybody: httpx.AsyncClient, issuer: TestIssuer) -> None:
    account = new_id()

    answer = await anybody.get(PATH, params={"subject_id": str(account)}, headers=issuer.headers_of(account))

    assert (answer.status_code, answer.json()["code"]) == (403, "systems_only")


async def test_strangers_are_refused(anybody: httpx.AsyncClient) -> None:
    answer = await anybody.get(PATH, params={"subject_id": str(new_id())})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


async def test_nobody_arms_or_stops_a_ladder_by_hand(client: httpx.AsyncClient) -> None:
    answers = [await client.request(method, PATH, json={}) for method in ("POST", "PUT", "PATCH", "DELETE")]

    assert {answer.status_code for answer in answers} == {405}
