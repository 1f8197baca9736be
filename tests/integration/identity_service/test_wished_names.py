"""User names that an offer asks for (I3, A9, K2): given to a new account only, and never to one that is there."""

import asyncio
from typing import Any

import pytest
from event_contracts.dossier import GrantMoved
from event_contracts.identity import AccessLinked, InvitationRevoked
from identity_service.accounts.service import reserve_name
from service_kit.ids import new_id
from service_kit.messaging import Reject

World = Any


def person(world: World, name: str = "an", **changes: Any) -> Any:
    return world.person(email=f"{name}@example.org", given_name="An", family_name="Maes", **changes)


def contact(world: World, name: str = "mireille.couture", **changes: Any) -> Any:
    """An offer to a contact of the company 8005551, as document 004 has her."""
    whom = world.person(email=f"{name}@example.org", given_name="Mireille", family_name="Couture")
    return world.offered(**{"person": whom, "role": "client", "client_code": "8005551", **changes})


def moved(offer: Any, whom: Any, **changes: Any) -> GrantMoved:
    values = {**dict(offer), "grant_id": new_id(), "person": whom, "previous_grant_id": offer.grant_id}
    return GrantMoved(**{**values, **changes})


async def reserve(world: World, name: str, email: str) -> str:
    async with world.database.transaction() as uow:
        return str(await reserve_name(uow, client_id="portal", email=email, wanted=name))


async def names(world: World) -> list[str]:
    """Of all invitation mails so far."""
    return [said.user_name for said in await world.issued()]


@pytest.mark.parametrize(
    ("wish", "given"),
    [("8005551216", "8005551216"), ("  Mireille.C ", "mireille.c"), ("x" * 64, "x" * 64)],
)
async def test_i3_a_wished_name_is_given_to_a_new_account(world: World, wish: str, given: str) -> None:
    await world.told(contact(world, user_name=wish))
    (linked,) = await world.harness.said(AccessLinked)
    assert (linked.user_name, await names(world)) == (given, [given])


async def test_i3_a_wished_name_that_is_taken_becomes_its_next_free_variant(world: World) -> None:
    await world.told(world.offered(person=person(world, "eva"), user_name="an.maes"))
    await world.told(world.offered(person=person(world), user_name="AN.MAES"))
    await world.told(world.offered(person=person(world, "lotte"), user_name="an.rnaes"))
    assert await names(world) == ["an.maes", "an.maes2", "an.rnaes3"]


async def test_i3_a_contacts_name_is_the_clients_code_with_the_next_free_number(world: World) -> None:
    await world.told(contact(world, "een"), contact(world, "twee"), contact(world, "drie", user_name="8005551216"))
    await world.told(contact(world, "vier", client_code=" 8005551 "), contact(world, "vijf", client_code="a/b"))
    assert await names(world) == ["8005551001", "8005551002", "8005551216", "8005551003", "mireille.couture"]


async def test_i3_contacts_invited_at_once_get_different_numbers(world: World) -> None:
    await asyncio.gather(*(world.told(contact(world, f"contact{n}")) for n in range(5)))
    assert sorted(await names(world)) == [f"800555100{n}" for n in range(1, 6)]


async def test_i3_a_reservation_wins_over_the_default_and_a_wish_over_the_reservation(world: World) -> None:
    assert await reserve(world, "8005551216", "een@example.org") == "8005551216"
    assert await reserve(world, "8005551217", "twee@example.org") == "8005551217"
    await world.told(contact(world, "een"), contact(world, "twee", user_name="mireille"))
    assert await names(world) == ["8005551216", "mireille"]


async def test_i3_a_wish_for_the_name_that_was_reserved_for_this_person_gets_it(world: World) -> None:
    for name in ("an.eerst", "8005551216"):
        async with world.database.transaction() as uow:
            await reserve_name(uow, client_id=name, email="een@example.org", wanted=name)
    await world.told(contact(world, "twee", user_name="8005551216"), contact(world, "een", user_name="8005551216"))
    assert await names(world) == ["80055512162", "8005551216"]


async def test_i3_somebody_who_has_an_account_keeps_its_name_whatever_a_message_asks(world: World) -> None:
    made = await world.active()
    before = await world.rows("SELECT * FROM account")
    wish = world.offered(user_name="iemand.anders")
    await world.told(wish, moved(wish, world.person(), user_name="nog.iemand"))
    await world.told(world.offered(role="client", client_code="8005551"))
    assert await world.rows("SELECT * FROM account") == before
    assert {said.user_name for said in await world.harness.said(AccessLinked)} == {made["user_name"]}
    assert [row["name"] for row in await world.rows("SELECT name FROM taken_name")] == ["jan.peeters"]


async def test_i3_a_pending_account_keeps_the_name_that_another_firm_may_have_mailed(world: World) -> None:
    first = world.offered(user_name="eerst")
    await world.told(first, world.offered(world.firm(), user_name="later"))
    await world.told(moved(first, world.person(phone="+32499000000"), user_name="verplaatst"))
    assert await names(world) == ["eerst"] * 3
    assert [row["name"] for row in await world.rows("SELECT name FROM taken_name")] == ["eerst"]


async def test_i9_an_offer_moved_to_a_new_person_may_wish_a_name(world: World) -> None:
    offer = world.offered()
    await world.told(offer, moved(offer, person(world), user_name="an.de.eerste"))
    assert await names(world) == ["jan.peeters", "an.de.eerste"]


@pytest.mark.parametrize("wish", ["", "jan\r\nBcc: eve@example.org"])
async def test_i3_a_wish_that_cannot_be_a_name_is_rejected_with_its_rule(world: World, wish: str) -> None:
    offer = world.offered()
    refused = Reject("user_name_malformed (I3)")
    assert await world.harness.deliver(world.offered(user_name=wish)) == [refused]
    assert await world.harness.said_types() == []
    await world.told(offer)
    assert await world.harness.deliver(moved(offer, person(world), user_name=wish)) == [refused]
    assert len(await world.harness.said(InvitationRevoked)) == 1, "the wrong address is gone all the same"


async def test_k2_a_contact_known_by_one_word_is_invited_signs_in_and_sees_the_access(world: World) -> None:
    offer = contact(world, person=world.person(given_name="", family_name="Couture"), dossier_name="Hervé David")
    token = await world.invited(offer)
    assert ((await world.issued())[0].recipient.given_name, await names(world)) == ("", ["8005551001"])
    assert (await world.accept(token)).json()["user_name"] == "8005551001"
    await world.told(world.activated(offer))
    headers = {"Authorization": f"Bearer {(await world.sign_in())['access_token']}"}
    (seen,) = (await world.client.get("/api/identity/v1/me/access", headers=headers)).json()["items"]
    assert (seen["dossier_name"], seen["right"], seen["state"]) == ("Hervé David", "write", "open")

    await world.told(world.offered(person=world.person(email="lotte@example.org", given_name="", family_name="Lotte")))
    assert (await names(world))[-1] == "lotte"
