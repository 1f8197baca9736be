"""The contacts of a client company over HTTP: kept by the staff who see the client (K1, A14), theirs alone (A13)."""

from typing import Any

import pytest
from service_kit.ids import new_id

MIREILLE = {
    "name": "Mireille Couture",
    "title": "Responsable stock",
    "department": "Logistique",
    "type": "Opérations",
    "email": " Mireille.Couture@HerveDavid.com",
    "phone": "521 1224 6321",
    "mobile": "+1 514 555 0134",
    "fax": "521 1582 1132",
    "location": "Montréal",
    "language": "fr",
}


def a_company(person: Any) -> dict[str, Any]:
    return {**person(), "kind": "company", "company_name": "Hervé David"}


class Scene:
    """An office whose accountant keeps a client company."""

    def __init__(self, office: Any, client_id: str) -> None:
        self.office, self.manager, self.client_id = office, office.accountant, client_id
        self.path = f"/firms/{office.firm_id}/clients/{client_id}/contacts"


@pytest.fixture
async def scene(world: Any, person: Any) -> Scene:
    office = await world.office()
    client = await office.accountant.made(f"/firms/{office.firm_id}/clients", a_company(person))
    return Scene(office, client["id"])


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


async def test_k1_a_contact_is_kept_with_all_that_is_known(world: Any, scene: Scene) -> None:
    made = await scene.manager.post(scene.path, MIREILLE)
    only_a_name = await scene.manager.made(scene.path, {"name": "Roger Point"})
    contact = made.json()
    page = (await scene.manager.get(scene.path + "?limit=1")).json()
    rest = (await scene.manager.get(f"{scene.path}?cursor={page['next']}")).json()
    facts = await world.rows("SELECT action, rule, details FROM journal WHERE subject_kind = 'contact' ORDER BY id")

    normal = {"email": "mireille.couture@hervedavid.com", "mobile": "+15145550134"}
    assert contact == {**MIREILLE, **normal, "id": contact["id"], "client_id": scene.client_id, "etag": '"1"'}
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert page["items"] == [(await scene.manager.get(f"{scene.path}/{contact['id']}")).json()] == [contact]
    assert rest == {"items": [only_a_name], "next": None}
    assert {only_a_name[name] for name in MIREILLE if name != "name"} == {None}
    assert [(fact["action"], fact["rule"]) for fact in facts] == [("contact_added", "K1")] * 2
    assert facts[0]["details"] == {"client": scene.client_id}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": ""}, "name", "K1"),
    ({"name": None}, "name", "K1"),
    ({"email": "nobody"}, "email", "A3"),
    ({"phone": "ask the desk"}, "phone", "K1"),
    ({"mobile": "+32 12"}, "mobile", "A3"),
    ({"fax": "-"}, "fax", "K1"),
    ({"title": "Chef\r\nBcc: all@example.com"}, "title", "M2"),
]


async def test_k1_what_cannot_be_meant_is_named_by_field_and_rule(scene: Scene) -> None:
    for changes, field, rule in WRONG:
        answer = await scene.manager.post(scene.path, {**MIREILLE, **changes})

        assert answer.status_code == 422
        assert [(error["field"], error["rule"]) for error in answer.json()["errors"]] == [(field, rule)]


async def test_k1_a_contact_without_a_name_and_every_wrong_field_at_once(scene: Scene) -> None:
    nameless = {name: value for name, value in MIREILLE.items() if name != "name"}
    missing = await scene.manager.post(scene.path, nameless)
    several = await scene.manager.post(scene.path, {**MIREILLE, "email": "nobody", "phone": "x", "mobile": "+1"})

    assert [(error["field"], error["rule"]) for error in missing.json()["errors"]] == [("name", "K1")]
    assert [error["field"] for error in several.json()["errors"]] == ["email", "phone", "mobile"]


async def test_k1_a_person_has_no_contacts(world: Any, scene: Scene, person: Any) -> None:
    client = await scene.manager.made(f"/firms/{scene.office.firm_id}/clients", person())
    path = f"/firms/{scene.office.firm_id}/clients/{client['id']}/contacts"

    assert refusal(await scene.manager.post(path, MIREILLE)) == (409, "not_a_company", "K1")
    assert (await scene.manager.get(path)).json() == {"items": [], "next": None}


async def test_k1_a_contact_is_changed_by_who_saw_its_version(world: Any, scene: Scene) -> None:
    one = f"{scene.path}/{(await scene.manager.made(scene.path, MIREILLE))['id']}"
    unseen = await scene.manager.call("PATCH", one, {"title": "Directrice"})
    changed = await scene.manager.call("PATCH", one, {"title": "Directrice", "fax": None}, If_Match='"1"')
    outdated = await scene.manager.call("PATCH", one, {"title": "Chef"}, If_Match='"1"')
    same = await scene.manager.call("PATCH", one, {"email": MIREILLE["email"]}, If_Match='"2"')
    nameless = await scene.manager.call("PATCH", one, {"name": " "}, If_Match='"2"')
    facts = await world.rows("SELECT details FROM journal WHERE action = 'contact_changed'")

    assert [answer.status_code for answer in (unseen, changed, outdated, same)] == [428, 200, 412, 200]
    assert (changed.json()["title"], changed.json()["fax"], changed.json()["name"]) == (
        "Directrice",
        None,
        "Mireille Couture",
    )
    assert (changed.headers["etag"], same.headers["etag"]) == ('"2"', '"2"')
    assert [(error["field"], error["rule"]) for error in nameless.json()["errors"]] == [("name", "K1")]
    assert [fact["details"]["fields"] for fact in facts] == ["fax,title"]


async def test_k1_a_removed_contact_is_unknown(world: Any, scene: Scene) -> None:
    one = f"{scene.path}/{(await scene.manager.made(scene.path, MIREILLE))['id']}"

    removed = await scene.manager.call("DELETE", one)
    again = await scene.manager.call("DELETE", one)

    assert removed.status_code == 204
    assert refusal(again) == refusal(await scene.manager.get(one)) == (404, "not_found", "A13")
    assert (await scene.manager.get(scene.path)).json()["items"] == []
    assert len(await world.rows("SELECT id FROM contact WHERE removed_at IS NOT NULL")) == 1


async def test_a14_who_does_not_see_the_client_finds_no_contacts(world: Any, scene: Scene, person: Any) -> None:
    contact = await scene.manager.made(scene.path, MIREILLE)
    other = await scene.manager.made(f"/firms/{scene.office.firm_id}/clients", a_company(person))
    neighbour = await world.office("Cabinet Voisin")
    colleague, membership_id = await world.colleague(scene.office.firm_id, scene.office.administrator)
    elsewhere = f"/firms/{scene.office.firm_id}/clients/{other['id']}/contacts"
    foreign = f"/firms/{neighbour.firm_id}/clients/{scene.client_id}/contacts"
    calls = [("GET", "", None), ("PATCH", "", {"title": "x"}), ("DELETE", "", None)]
    answers = []
    for who, path in (
        (scene.office.administrator, scene.path),
        (colleague, scene.path),
        (neighbour.accountant, scene.path),
        (neighbour.accountant, foreign),
        (scene.manager, elsewhere),
        (scene.manager, f"/firms/{scene.office.firm_id}/clients/{new_id()}/contacts"),
    ):
        for method, _, body in calls:
            answers.append(await who.call(method, f"{path}/{contact['id']}", body, If_Match="*"))
        if path != elsewhere:
            answers += [await who.get(path), await who.post(path, MIREILLE)]
    dossier = await scene.manager.made(f"/firms/{scene.office.firm_id}/dossiers", {"client_id": scene.client_id})
    await scene.manager.call("PUT", f"/dossiers/{dossier['id']}/team/{membership_id}")

    assert {refusal(answer) for answer in answers} == {(404, "not_found", "A13")}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert (await colleague.get(f"{scene.path}/{contact['id']}")).json() == contact
