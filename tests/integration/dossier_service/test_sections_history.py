"""History of the sections: every version stays, with who left it so, and nobody rewrites it (A7, A11)."""

import json
from typing import Any

import pytest
from service_kit.http.pages import encode_cursor
from service_kit.ids import new_id
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

ASSETS = "/sections/asset-inventory/assets"
SIMULATIONS = "/sections/simulations/simulations"
HOUSE = {"kind": "real_estate", "description": "Maison", "value": {"amount": "1", "currency": "EUR"}}


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    return await world.dossier(office)


async def test_every_version_stays_after_the_removal_too(world: Any, office: Any, dossier: Any) -> None:
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    asset = await office.accountant.made(dossier.path + ASSETS, HOUSE)
    path = f"{dossier.path}{ASSETS}/{asset['id']}"
    await holder.call("PUT", path, {**HOUSE, "description": "Villa"}, If_Match="*")
    await office.accountant.call("DELETE", path, If_Match="*")

    inside = (await office.accountant.get(path + "/history")).json()["items"]
    outside = (await holder.get(path + "/history")).json()["items"]
    second = (await holder.get(path + "/history?limit=2")).json()
    last = (await holder.get(f"{path}/history?cursor={second['next']}")).json()

    assert [(one["version"], one["change"], one["party"], one["content"]["description"]) for one in inside] == [
        (3, "removed", "manager", "Villa"),
        (2, "written", "holder", "Villa"),
        (1, "added", "manager", "Maison"),
    ]
    accountant, owner = str(office.accountant.account_id), str(holder.account_id)
    assert [one["account_id"] for one in inside] == [accountant, owner, accountant]
    assert {one["account_id"] for one in outside} == {None}
    assert second["items"] + last["items"] == outside


async def test_a13_the_history_of_another_dossiers_record_is_unknown(world: Any, office: Any, dossier: Any) -> None:
    other = await world.dossier(office)
    asset = await office.accountant.made(other.path + ASSETS, HOUSE)

    foreign = [
        await office.accountant.get(f"{dossier.path}{ASSETS}/{asset['id']}/history"),
        await office.accountant.get(f"{dossier.path}{ASSETS}/{new_id()}/history"),
        await office.accountant.get(f"{other.path}/sections/gift-inventory/gifts/{asset['id']}/history"),
    ]

    assert [(answer.status_code, answer.json()["rule"]) for answer in foreign] == [(404, "A13")] * 3


@pytest.mark.parametrize("key", [[2**31], [0], ["x"], [1, 2]])
async def test_a_cursor_that_names_no_version_is_refused(office: Any, dossier: Any, key: list[Any]) -> None:
    path = f"{dossier.path}/sections/family-structure/history?cursor={encode_cursor(*key)}"

    answer = await office.accountant.get(path)

    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_malformed")


async def test_what_was_noted_about_the_family_stays(world: Any, office: Any, dossier: Any) -> None:
    child, _ = await world.granted(office, dossier, dossier.child_id, "read")
    path = dossier.path + "/sections/family-structure"
    assert (await child.get(path + "/history")).json()["items"] == []
    for body in ({"marital_status": "married"}, {"marital_status": "widowed", "note": "Mars"}):
        await office.accountant.call("PUT", path, body, If_Match="*")

    versions = (await child.get(path + "/history")).json()["items"]

    assert [(one["version"], one["change"], one["content"]["marital_status"]) for one in versions] == [
        (2, "written", "widowed"),
        (1, "added", "married"),
    ]


async def test_a11_the_journal_tells_of_it_without_its_content(office: Any, dossier: Any) -> None:
    body = {"title": "Confidentiel", "tool": "wealth"}
    made = await office.accountant.made(dossier.path + "/sections/reports/reports", body)
    path = f"{dossier.path}/sections/reports/reports/{made['id']}"
    await office.accountant.call("PUT", path, body, If_Match="*")
    await office.accountant.call("DELETE", path, If_Match="*")

    entries = (await office.accountant.get(dossier.path + "/journal")).json()["items"]

    told = [(one["action"], one["subject_kind"], one["rule"]) for one in entries if one["subject_id"] == made["id"]]
    assert told == [(f"report_{change}", "report", "A7") for change in ("removed", "written", "added")]
    assert "Confidentiel" not in json.dumps(entries)


@pytest.mark.parametrize("statement", ["UPDATE record_version SET content = '{}'", "DELETE FROM record_version"])
async def test_not_even_the_service_itself_rewrites_it(world: Any, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with world.harness.transaction() as uow:
            await uow.session.execute(text(statement))


async def test_a11_who_stands_in_a_dossier_twice_did_it_as_whom_the_law_let_them(
    world: Any, office: Any, dossier: Any, person: Any
) -> None:
    banker = await office.accountant.made(dossier.path + "/advisers", person(kind="banker"))
    both, _ = await world.granted(office, dossier, banker["id"])
    body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
    as_holder = await office.accountant.made(dossier.path + "/grants", body)
    await world.joins(as_holder["id"], both)

    simulation = await both.made(dossier.path + SIMULATIONS, {"title": "Rente", "tool": "annuity"})

    history = (await both.get(f"{dossier.path}{SIMULATIONS}/{simulation['id']}/history")).json()["items"]
    (entry,) = await world.rows("SELECT details FROM journal WHERE action = 'simulation_added'")
    assert [one["party"] for one in history] == ["holder"]
    assert entry["details"] == {"party": "holder", "grant": as_holder["id"], "version": "1"}
