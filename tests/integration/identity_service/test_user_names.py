"""User names proposed and reserved before they are used (I3): by staff and by systems, and never given twice."""

import asyncio
from typing import Any

import pytest
from event_contracts.firms import PortalUserDeactivated, StaffJoined, StaffRemoved
from identity_service.clients.service import create_client

World = Any
API = "/api/identity/v1/user-names"


@pytest.fixture
async def staff(world: World) -> dict[str, str]:
    """jan@example.org, who has a place in a firm's staff."""
    place = world.staff()
    await world.told(place)
    account_id = (await world.issued())[0].account_id
    await world.accept((await world.tokens())[0])
    await world.told(
        StaffJoined(
            membership_id=place.membership_id, firm_id=place.firm.firm_id, account_id=account_id, role="accountant"
        )
    )
    return {"Authorization": f"Bearer {(await world.sign_in())['access_token']}"}


async def reserve(world: World, headers: dict[str, str], name: str, email: str) -> str:
    answer = await world.client.put(f"{API}/{name}/reservation", json={"email": email}, headers=headers)
    assert answer.status_code == 200, answer.text
    reserved: str = answer.json()["user_name"]
    return reserved


async def proposed(world: World, headers: dict[str, str], **query: str) -> Any:
    return await world.client.get(f"{API}/proposal", params=query, headers=headers)


async def test_i3_a_persons_default_is_their_name_and_a_number_when_it_is_taken(world: World, staff: Any) -> None:
    for given, family, name in (("Élise", "D'Hondt", "elise.dhondt"), ("Jan", "Peeters", "jan.peeters2")):
        answer = await proposed(world, staff, given_name=given, family_name=family)
        assert (answer.status_code, answer.json()) == (200, {"user_name": name})


async def test_i3_a_contacts_default_is_the_clients_code_with_a_three_digit_sequence(world: World, staff: Any) -> None:
    assert (await proposed(world, staff, client_code="8005551")).json() == {"user_name": "8005551001"}
    assert await reserve(world, staff, "8005551001", "an@example.org") == "8005551001"
    assert (await proposed(world, staff, client_code=" 8005551 ")).json() == {"user_name": "8005551002"}
    await world.told(world.offered(person=world.person(email="an@example.org")))
    assert (await world.issued())[-1].user_name == "8005551001"


async def test_i3_proposing_reserves_nothing(world: World, staff: Any) -> None:
    before = await world.rows("SELECT * FROM taken_name ORDER BY skeleton")
    await asyncio.gather(*(proposed(world, staff, client_code="8005551") for _ in range(3)))
    assert await world.rows("SELECT * FROM taken_name ORDER BY skeleton") == before


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "proposal_for_whom"),
        ({"given_name": "An"}, "proposal_for_whom"),
        ({"given_name": "An", "family_name": "Maes", "client_code": "800"}, "proposal_for_whom"),
        ({"client_code": "../../etc"}, "client_code_malformed"),
        ({"client_code": "9" * 60}, "client_code_malformed"),
        ({"client_code": "   "}, "client_code_malformed"),
        ({"client_code": "x" * 201}, None),
    ],
)
async def test_i3_a_proposal_for_nobody_is_refused(
    world: World, staff: Any, query: dict[str, str], code: str | None
) -> None:
    answer = await proposed(world, staff, **query)
    assert answer.status_code == 422
    assert code is None or answer.json()["code"] == code


async def test_i3_whoever_is_no_staff_or_no_longer_may_not_propose_or_reserve(world: World, staff: Any) -> None:
    (place,) = await world.rows("SELECT offer_id, firm_id, account_id FROM offer")
    assert (await proposed(world, staff, client_code="800")).status_code == 200
    await world.told(PortalUserDeactivated(firm_id=place["firm_id"], account_id=place["account_id"]))
    assert (await proposed(world, staff, client_code="800")).json()["code"] == "staff_only"
    await world.told(StaffRemoved(membership_id=place["offer_id"], firm_id=place["firm_id"]))
    for answer in (
        await proposed(world, staff, client_code="800"),
        await world.client.get(f"{API}/jan.nieuw", headers=staff),
        await world.client.put(f"{API}/jan.nieuw/reservation", json={"email": "an@example.org"}, headers=staff),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")
    assert (await world.client.get(f"{API}/proposal", params={"client_code": "800"})).status_code == 401


async def test_i3_a_reservation_used_twice_names_one_account_only(world: World, staff: Any) -> None:
    assert await reserve(world, staff, "8005551216", "an@example.org") == "8005551216"
    await world.told(world.offered(person=world.person(email="an@example.org")))
    assert (await world.issued())[-1].user_name == "8005551216"

    assert await reserve(world, staff, "8005551216", "an@example.org") == "8005551216"
    assert await reserve(world, staff, "8005551216", "eva@example.org") == "80055512162"
    await world.told(
        world.offered(person=world.person(email="an@example.org")),
        world.offered(person=world.person(email="eva@example.org")),
    )
    names = await world.rows("SELECT user_name FROM account WHERE email <> 'jan@example.org' ORDER BY email")
    assert [row["user_name"] for row in names] == ["8005551216", "80055512162"]


async def test_i3_a_reserved_name_is_not_taken_by_another_invited_person(world: World, staff: Any) -> None:
    await reserve(world, staff, "de.notaris", "an@example.org")
    token = await world.invited(world.offered(person=world.person(email="eva@example.org")))
    assert (await world.accept(token, user_name="De.Notaris")).json()["user_name"] == "de.notaris2"


async def test_i3_one_person_reserved_for_by_staff_and_a_system_gets_one_name(world: World, staff: Any) -> None:
    async with world.database.transaction() as uow:
        client_id, secret = await create_client(uow, world.deps.randomness, "Boekhoudpakket")
    token = await world.client.post(
        "/api/identity/v1/tokens/client-credentials", json={"client_id": client_id, "client_secret": secret}
    )
    system = {"Authorization": f"Bearer {token.json()['access_token']}"}
    assert await reserve(world, staff, "8005551216", "an@example.org") == "8005551216"
    assert await reserve(world, system, "an.maes", "an@example.org") == "an.maes"
    await world.told(world.offered(person=world.person(email="an@example.org")))
    assert (await world.issued())[-1].user_name == "8005551216"
