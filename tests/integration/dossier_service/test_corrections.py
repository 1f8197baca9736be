"""A corrected address is granted to anew (I9): refusals and limits hold as where access is given (A1, I1, I7)."""

from typing import Any

import pytest
from event_contracts.dossier import GrantMoved
from service_kit.ids import new_id

CONFIRMED = {"contact_confirmed": True}


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    return await world.dossier(office)


async def own_address(world: Any, who: Any) -> str:
    (row,) = await world.rows("SELECT email FROM membership WHERE account_id = :account", account=who.account_id)
    return str(row["email"])


@pytest.mark.parametrize("whom", ["family", "adviser"])
async def test_a1_no_correction_moves_an_offer_to_the_managers_own_address(
    world: Any, office: Any, dossier: Any, person: Any, whom: str
) -> None:
    path, person_id = f"{dossier.path}/people", dossier.child_id
    if whom == "adviser":
        path = f"{dossier.path}/advisers"
        adviser = {name: value for name, value in person(kind="notary").items() if name != "relationship"}
        person_id = (await office.accountant.made(path, adviser))["id"]
    grant = await office.accountant.made(
        f"{dossier.path}/grants", {"person_id": person_id, "right": "write", **CONFIRMED}
    )
    correction = {"email": (await own_address(world, office.accountant)).upper(), **CONFIRMED}

    answer = await office.accountant.call("PATCH", f"{path}/{person_id}", correction, If_Match="*")

    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "grant_to_oneself", "A1")
    assert await world.grant_state(grant["id"]) == "offered"


async def test_a1_nor_that_of_a_contact(world: Any, company: Any) -> None:
    given = await company.manager.made(await company.contact(), CONFIRMED)
    correction = {"email": await own_address(world, company.manager), **CONFIRMED}

    answer = await company.manager.call("PATCH", company.contact_path, correction, If_Match="*")

    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "grant_to_oneself", "A1")
    assert await world.grant_state(given["grant"]["id"]) == "offered"


async def test_i7_one_correction_moves_the_offers_of_every_dossier(world: Any, company: Any) -> None:
    """It counts once towards the mails of an hour, however many dossiers the contact waits for."""
    access, firm = await company.contact(), f"/firms/{company.office.firm_id}"
    await company.manager.made(access, CONFIRMED)
    for _ in range(4):
        dossier = await company.manager.made(f"{firm}/dossiers", {"client_id": company.client_id})
        await company.manager.made(access.replace(company.dossier, f"/dossiers/{dossier['id']}"), CONFIRMED)

    answers = []
    for number in range(4):
        correction = {"mobile": f"+1514555019{number}", **CONFIRMED}
        answers.append(await company.manager.call("PATCH", company.contact_path, correction, If_Match="*"))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[-1].json()["code"], answers[-1].json()["rule"]) == ("too_many_resends", "I7")
    assert len(await world.harness.said(GrantMoved)) == 3 * 5


async def test_i1_correcting_what_a_holder_gave_is_limited_as_granting_is(
    world: Any, office: Any, dossier: Any
) -> None:
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    body = {"person_id": dossier.child_id, "right": "read", **CONFIRMED}
    await holder.made(f"{dossier.path}/grants", body)

    answers = [
        await office.accountant.call(
            "PATCH",
            f"{dossier.path}/people/{dossier.child_id}",
            {"email": f"{new_id()}@example.com", **CONFIRMED},
            If_Match="*",
        )
        for _ in range(22)
    ]

    refused = [answer for answer in answers if answer.status_code != 200]
    assert {(answer.status_code, answer.json()["rule"]) for answer in refused} == {(429, "I1")}
