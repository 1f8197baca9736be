"""The family tree over HTTP: who enters, changes and removes whom, and what a grant protects (A2, A3, A7)."""

from typing import Any

import pytest
from service_kit.ids import new_id


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    return await world.dossier(office)


async def test_a_person_with_their_relationship_is_entered(office: Any, dossier: Any, person: Any) -> None:
    spouse = await office.accountant.made(dossier.path + "/people", person(role="co_holder", relationship="spouse"))
    grandchild = person(relationship="child", related_to=dossier.child_id)
    entered = await office.accountant.made(dossier.path + "/people", grandchild)

    shown = (await office.accountant.get(dossier.path + "/sections/family-structure")).json()["people"]
    assert [one["id"] for one in shown] == [dossier.holder_id, dossier.child_id, spouse["id"], entered["id"]]
    assert shown[3]["related_to"] == dossier.child_id
    assert (await office.accountant.get(dossier.path)).json()["analysis"] == "joint"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"relationship": None}, "relationship"),
    ({"role": "holder", "relationship": "child"}, "relationship"),
    ({"role": "adviser"}, "role"),
    ({"role": "client"}, "role"),
    ({"relationship": "child", "email": "nobody"}, "email"),
    ({"relationship": "child", "phone": "0470 12 34 56"}, "phone"),
    ({"relationship": "child", "given_name": "Léa\r\nBcc: x@y.example"}, "given_name"),
    ({"relationship": "child", "family_name": ""}, "family_name"),
    ({"relationship": "child", "is_admin": True}, "is_admin"),
    ({"relationship": "child", "related_to": str(new_id())}, "related_to"),
]


async def test_what_cannot_be_meant_names_its_field(office: Any, dossier: Any, person: Any) -> None:
    for changes, field in WRONG:
        answer = await office.accountant.post(dossier.path + "/people", person(**changes))

        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == [field], changes


async def test_there_is_one_holder(office: Any, dossier: Any, person: Any) -> None:
    answer = await office.accountant.post(dossier.path + "/people", person(role="holder"))

    assert (answer.status_code, answer.json()["code"]) == (409, "role_taken")


async def test_a2_a7_a_holder_enters_family_and_lets_them_in_but_names_no_co_holder(
    world: Any, office: Any, dossier: Any, person: Any
) -> None:
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    child = await holder.made(dossier.path + "/people", person(relationship="child"))

    co_holder = await holder.post(dossier.path + "/people", person(role="co_holder"))
    grant = await holder.post(
        dossier.path + "/grants", {"person_id": child["id"], "right": "read", "contact_confirmed": True}
    )

    assert (child["email"], child["phone"]) == (None, None)
    assert (co_holder.status_code, co_holder.json()["rule"]) == (403, "A7")
    assert (grant.status_code, grant.json()["state"]) == (201, "offered")


async def test_a7_a_patch_gives_nobody_a_role_outside_the_tree(office: Any, dossier: Any) -> None:
    path = f"{dossier.path}/people/{dossier.child_id}"

    for role in ("adviser", "client"):
        answer = await office.accountant.call("PATCH", path, {"role": role}, If_Match="*")

        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == ["role"]


async def test_a_delegate_passes_on_more_than_he_has(world: Any, office: Any, dossier: Any) -> None:
    """The pain: who may read lets others write. Here nobody passes on more than they have (A2)."""
    holder, own = await world.granted(office, dossier, dossier.holder_id, "read")
    body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
    grant = await office.accountant.made(dossier.path + "/grants", body)
    path = f"{dossier.path}/grants/{grant['id']}"

    answers = [
        await holder.post(dossier.path + "/grants", {**body, "right": "write"}),
        await holder.post(dossier.path + "/grants?dry_run=true", {**body, "right": "write"}),
        await holder.call("PATCH", path, {"right": "write"}, If_Match="*"),
        await holder.call("PATCH", f"{dossier.path}/grants/{own['id']}", {"right": "write"}, If_Match="*"),
        await holder.post(path + "/resend"),
        await holder.post(path + "/withdraw"),
    ]

    assert [(answer.status_code, answer.json()["rule"]) for answer in answers] == [(403, "A2")] * 6
    rights = await world.rows('SELECT DISTINCT "right" FROM access_grant')
    assert rights == [{"right": "read"}]


async def test_a7_family_with_read_changes_nothing(world: Any, office: Any, dossier: Any, person: Any) -> None:
    child, _ = await world.granted(office, dossier, dossier.child_id, "read")

    answers = [
        await child.post(dossier.path + "/people", person(relationship="child")),
        await child.call("PATCH", f"{dossier.path}/people/{dossier.holder_id}", {"given_name": "X"}),
        await child.call("DELETE", f"{dossier.path}/people/{dossier.holder_id}"),
    ]

    assert [(answer.status_code, answer.json()["rule"]) for answer in answers] == [(403, "A7")] * 3


async def test_a7_contact_data_of_a_person_with_a_grant_are_the_managers(world: Any, office: Any, dossier: Any) -> None:
    await world.granted(office, dossier, dossier.child_id)
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    helper, membership_id = await world.colleague(office.firm_id, office.administrator)
    await office.accountant.call("PUT", f"{dossier.path}/team/{membership_id}")
    path = f"{dossier.path}/people/{dossier.child_id}"

    refused = [await who.call("PATCH", path, {"phone": "+32470999999"}, If_Match="*") for who in (holder, helper)]
    renamed = await holder.call("PATCH", path, {"given_name": "Tom"}, If_Match="*")
    changed = await office.accountant.call("PATCH", path, {"phone": "+32470999999"}, If_Match="*")

    assert [(answer.status_code, answer.json()["rule"]) for answer in refused] == [(403, "A7")] * 2
    assert (renamed.status_code, changed.status_code) == (200, 200)
    assert changed.json()["phone"] == "+32470999999"


async def test_a3_contact_data_of_a_person_with_a_grant_cannot_be_emptied(
    world: Any, office: Any, dossier: Any
) -> None:
    await world.granted(office, dossier, dossier.child_id)

    answer = await office.accountant.call(
        "PATCH", f"{dossier.path}/people/{dossier.child_id}", {"phone": None}, If_Match="*"
    )

    assert (answer.status_code, answer.json()["rule"]) == (422, "A3")


async def test_a_stale_or_missing_if_match_changes_nobody(office: Any, dossier: Any) -> None:
    path = f"{dossier.path}/people/{dossier.child_id}"
    first = await office.accountant.call("PATCH", path, {"given_name": "Tom"}, If_Match='"1"')
    stale = await office.accountant.call("PATCH", path, {"given_name": "Tim"}, If_Match='"1"')
    missing = await office.accountant.call("PATCH", path, {"given_name": "Tim"})

    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (stale.status_code, missing.status_code) == (412, 428)


async def test_a7_who_holds_a_grant_stays_and_who_holds_none_may_go(world: Any, office: Any, dossier: Any) -> None:
    _, grant = await world.granted(office, dossier, dossier.child_id)
    path = f"{dossier.path}/people/{dossier.child_id}"

    with_grant = await office.accountant.call("DELETE", path)
    await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")
    without = await office.accountant.call("DELETE", path)
    gone = await office.accountant.call("DELETE", path)

    assert (with_grant.status_code, with_grant.json()["rule"]) == (409, "A7")
    assert (without.status_code, gone.status_code) == (204, 404)
    people = (await office.accountant.get(dossier.path + "/rights")).json()["people"]
    assert [one["id"] for one in people] == [dossier.holder_id]


async def test_a_person_others_relate_to_stays(office: Any, dossier: Any, person: Any) -> None:
    await office.accountant.made(dossier.path + "/people", person(relationship="child", related_to=dossier.child_id))

    answer = await office.accountant.call("DELETE", f"{dossier.path}/people/{dossier.child_id}")

    assert (answer.status_code, answer.json()["code"]) == (409, "person_has_relations")
