"""What a request costs: a bounded number of statements, however large the tree, the list or the batch."""

from typing import Any

import pytest
from service_kit.ids import new_id


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


async def test_the_rights_page_takes_three_statements_for_one_person_and_for_twenty(world: Any, office: Any) -> None:
    dossier = await world.dossier(office)
    await office.accountant.get(dossier.path + "/rights")
    with world.statements() as few:
        await office.accountant.get(dossier.path + "/rights")
    for number in range(18):
        body = {"given_name": f"Child {number}", "family_name": "Dupont", "relationship": "child"}
        child = await office.accountant.made(dossier.path + "/people", body)
        if number % 3 == 0:
            contact = {"email": f"{new_id()}@example.com", "phone": "+32470123456", "contact_confirmed": True}
            await office.accountant.made(
                dossier.path + "/grants", {"person_id": child["id"], "right": "read", **contact}
            )

    with world.statements() as many:
        answer = await office.accountant.get(dossier.path + "/rights")

    assert len(answer.json()["people"]) == 20
    assert len(few) == len(many) == 3, many


async def test_my_dossiers_take_three_statements_for_one_and_for_a_full_page(world: Any, office: Any) -> None:
    await world.dossier(office)
    with world.statements() as few:
        await office.accountant.get("/my/dossiers")
    for _ in range(5):
        await world.dossier(office)

    with world.statements() as many:
        answer = await office.accountant.get("/my/dossiers")

    assert len(answer.json()["items"]) == 6
    assert len(few) == len(many) <= 3, many


@pytest.mark.parametrize("who", ["manager", "holder", "stranger", "system"])
async def test_a_decision_takes_at_most_three_statements(world: Any, office: Any, who: str) -> None:
    dossier = await world.dossier(office)
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    callers = {
        "manager": office.accountant,
        "holder": holder,
        "stranger": world.somebody(),
        "system": world.system(),
    }
    body = {"dossier_id": dossier.id, "section": "reports", "action": "read"}
    if who == "system":
        body["account_id"] = str(holder.account_id)

    with world.statements() as sent:
        answer = await callers[who].post("/decisions", body)

    assert answer.status_code == 200
    assert len(sent) <= 3, sent


async def test_a_batch_takes_as_many_statements_as_one_decision(world: Any, office: Any) -> None:
    dossiers = [await world.dossier(office) for _ in range(3)]
    questions = [
        {"dossier_id": dossiers[number % 3].id, "section": "reports", "action": "read"} for number in range(1000)
    ]
    with world.statements() as one:
        await office.accountant.post("/decisions", questions[0])

    with world.statements() as thousand:
        answer = await office.accountant.post("/decisions/batch", {"questions": questions})

    assert all(decision["allowed"] for decision in answer.json()["decisions"])
    assert len(one) == len(thousand) == 2, thousand


async def test_opening_a_section_takes_three_statements(world: Any, office: Any) -> None:
    dossier = await world.dossier(office)

    with world.statements() as sent:
        answer = await office.accountant.get(dossier.path + "/sections/asset-inventory")

    assert answer.status_code == 200
    assert len(sent) == 3, sent


async def test_an_activation_takes_the_same_statements_for_one_grant_and_for_many(world: Any, office: Any) -> None:
    counts = []
    for dossiers in (1, 6):
        account = new_id()
        for _ in range(dossiers):
            dossier = await world.dossier(office)
            body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
            grant = await office.accountant.made(dossier.path + "/grants", body)
            await world.told(world.linked(grant["id"], account))
        with world.statements() as sent:
            await world.told(world.activated(account))
        counts.append(len(sent))

    assert counts[0] == counts[1], counts


async def test_a_dry_run_takes_the_same_statements_for_one_who_is_told_and_for_many(
    world: Any, office: Any, person: Any
) -> None:
    dossier = await world.dossier(office)
    path, body = dossier.path + "/close?dry_run=true", {"access": "read_only", "reason": "Terminé"}
    await world.granted(office, dossier, dossier.holder_id)
    with world.statements() as few:
        await office.accountant.post(path, body)
    for _ in range(3):
        child = await office.accountant.made(dossier.path + "/people", {**person(), "relationship": "child"})
        await world.granted(office, dossier, child["id"])

    with world.statements() as many:
        answer = await office.accountant.post(path, body)

    assert len(answer.json()["mails"]) == 4
    assert len(few) == len(many), many


async def test_a_proposed_code_takes_the_same_statements_however_many_are_taken(
    world: Any, office: Any, person: Any
) -> None:
    path, costs = f"/firms/{office.firm_id}/clients", []
    for taken in (range(0), range(1000002, 1000006)):
        for code in taken:
            await office.accountant.made(path, person(code=str(code)))
        with world.statements() as sent:
            made = await office.accountant.made(path, person())
        costs.append(len(sent))

    assert (made["code"], costs[0]) == ("1000006", costs[1])
