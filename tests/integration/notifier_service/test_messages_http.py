"""What other systems are told about messages over HTTP: states and attempts, nothing personal."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from notifier_service.bootstrap import SERVICE
from service_kit.ids import new_id
from service_kit.testing.http import open_client
from service_kit.testing.tokens import TestIssuer

World = Any
PATH = "/api/notifier/v1/messages"


@pytest.fixture
def issuer() -> TestIssuer:
    return TestIssuer()


@pytest.fixture
async def client(world: World, issuer: TestIssuer) -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(
        SERVICE.routers, database=world.database, deps=world.harness.deps, verifier=issuer.verifier
    ) as client:
        client.headers.update(issuer.headers_of_system("reporting"))
        yield client


async def test_a_message_shows_its_state_and_every_attempt(world: World, client: httpx.AsyncClient) -> None:
    world.smtp.rcpt["lea@example.com"].append("451 later")
    invitation = world.invitation()
    async with world.working():
        await world.told(invitation)
        await world.settled({"sent": 1})
    (row,) = await world.rows("SELECT message_id FROM message")

    answer = await client.get(f"{PATH}/{row['message_id']}")

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["state"], shown["template"], shown["lane"]) == ("sent", "invitation_first", "ordinary")
    assert [(a["number"], a["outcome"], a["code"]) for a in shown["attempts"]] == [
        (1, "deferred", 451),
        (2, "accepted", 250),
    ]
    assert "example.com" not in answer.text


async def test_messages_are_found_by_the_offer_they_are_about_newest_first_page_by_page(
    world: World, client: httpx.AsyncClient
) -> None:
    first = world.invitation()
    same = {name: getattr(first, name) for name in ("invitation_id", "account_id", "ladder", "offers")}
    await world.told(first)
    await world.told(world.invitation(token="again", occasion="reminder", step=1, **same))
    await world.told(world.invitation("other@example.com"))
    query = {"offer_id": str(first.offers[0].offer_id), "limit": "1"}

    page = (await client.get(PATH, params=query)).json()
    rest = (await client.get(PATH, params={**query, "cursor": page["next"]})).json()

    assert [item["template"] for item in page["items"] + rest["items"]] == ["reminder_1", "invitation_first"]
    assert rest["next"] is None


async def test_an_unknown_message_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PATH}/{new_id()}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "message_unknown"


async def test_people_are_refused(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    headers = issuer.headers_of(new_id())

    assert (await client.get(f"{PATH}/{new_id()}", headers=headers)).status_code == 403
    assert (await client.get(PATH, params={"offer_id": str(new_id())}, headers=headers)).status_code == 403


async def test_a_caller_without_a_token_is_refused(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]

    assert (await client.get(f"{PATH}/{new_id()}")).status_code == 401
