"""The export (I13): everything about the caller, by firm, and nothing about anybody else (A13)."""

from typing import Any

from event_contracts.identity import AccountState


async def test_i13_people_export_their_own_accesses_in_every_firm(world: Any) -> None:
    person, grants = world.somebody(), []
    for name in ("Cabinet Un", "Cabinet Deux"):
        office = await world.office(name)
        dossier = await world.dossier(office)
        await world.granted(office, dossier, dossier.holder_id)
        body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)
        await world.told(world.linked(grant["id"], person.account_id, AccountState.ACTIVE))
        grants.append(grant)
    await person.post(f"/my{dossier.path}/leave")

    answer = await person.get("/my/export")

    assert answer.status_code == 200, answer.text
    exported = answer.json()
    assert exported["account_id"] == str(person.account_id)
    assert [one["id"] for one in exported["grants"]] == [grant["id"] for grant in grants]
    assert [one["state"] for one in exported["grants"]] == ["active", "withdrawn"]
    assert [one["firm_name"] for one in exported["grants"]] == ["Cabinet Un", "Cabinet Deux"]
    assert {one["role"] for one in exported["grants"]} == {"family"}
    actions = [(entry["action"], entry["by_yourself"]) for entry in exported["journal"]]
    assert actions == [("grant_offered", False), ("grant_activated", False)] * 2 + [("grant_left", True)]
    assert {entry["subject_id"] for entry in exported["journal"]} == {grant["id"] for grant in grants}


async def test_a13_a_stranger_exports_nothing_and_staff_their_places_only(world: Any) -> None:
    office = await world.office()
    dossier = await world.dossier(office)
    await world.granted(office, dossier, dossier.holder_id)

    stranger = (await world.somebody().get("/my/export")).json()
    staff = (await office.accountant.get("/my/export")).json()

    assert (stranger["grants"], stranger["staff_places"], stranger["journal"]) == ([], [], [])
    assert staff["grants"] == []
    assert [(place["id"], place["role"]) for place in staff["staff_places"]] == [(office.accountant_id, "accountant")]
    assert {entry["subject_id"] for entry in staff["journal"]} == {office.accountant_id}
