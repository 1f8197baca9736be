"""A portal's modules and a dossier's cover over HTTP: chosen at set-up, changed by the manager (P1, A8)."""

from typing import Any

import pytest
from service_kit.ids import new_id

ALL = [
    "asset_inventory",
    "gift_inventory",
    "financial_profile",
    "simulations",
    "reports",
    "plans",
    "billing_account",
]
CHOSEN = ["reports", "asset_inventory"]
ALWAYS = ["client_record", "family_structure"]


class Scene:
    """A dossier with an active holder; `manager` is the office's accountant."""

    def __init__(self, office: Any, dossier: Any, holder: Any) -> None:
        self.office, self.dossier, self.holder = office, dossier, holder
        self.manager = office.accountant

    async def patch(self, body: Any, who: Any = None, if_match: str = "*") -> Any:
        return await (who or self.manager).call("PATCH", self.dossier.path, body, If_Match=if_match)

    async def cover(self, who: Any = None) -> dict[str, Any]:
        answer = await (who or self.manager).get(self.dossier.path)
        assert answer.status_code == 200, answer.text
        cover: dict[str, Any] = answer.json()
        return cover

    async def decided(self, section: str, who: Any = None, action: str = "read") -> dict[str, Any]:
        body = {"dossier_id": self.dossier.id, "section": section, "action": action}
        decision: dict[str, Any] = (await (who or self.holder).post("/decisions", body)).json()
        return decision

    async def journal(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.manager.get(self.dossier.path + "/journal")).json()["items"]
        return items


@pytest.fixture
async def scene(world: Any) -> Scene:
    office = await world.office()
    dossier = await world.dossier(office)
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    return Scene(office, dossier, holder)


async def test_p1_modules_are_chosen_when_the_dossier_is_opened_and_are_all_when_nothing_is_said(
    world: Any, person: Any
) -> None:
    office = await world.office()
    path = f"/firms/{office.firm_id}"
    client = await office.accountant.made(path + "/clients", person())

    chosen = await office.accountant.made(path + "/dossiers", {"client_id": client["id"], "modules": CHOSEN})
    none = await office.accountant.made(path + "/dossiers", {"client_id": client["id"], "modules": []})
    whole = await office.accountant.made(path + "/dossiers", {"client_id": client["id"]})

    assert [one["modules"] for one in (chosen, none, whole)] == [["asset_inventory", "reports"], [], ALL]
    assert [one["closed"] for one in (chosen, none, whole)] == [None] * 3


async def test_a8_a_module_that_does_not_exist_is_refused_and_named(world: Any, person: Any) -> None:
    office = await world.office()
    path = f"/firms/{office.firm_id}"
    client = await office.accountant.made(path + "/clients", person())

    for unknown in ("timesheets", "client_record", "Reports"):
        body = {"client_id": client["id"], "modules": ["plans", unknown]}
        answer = await office.accountant.post(path + "/dossiers", body)

        assert (answer.status_code, answer.json()["rule"]) == (422, "A8")
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"], error["rule"]) == ("modules.1", "module_unknown", "A8")
        assert unknown in error["detail"]
    assert (await office.accountant.get("/my/dossiers")).json()["items"] == []


async def test_a8_what_is_left_out_is_gone_for_outside_parties_with_the_next_request_and_not_for_staff(
    scene: Scene,
) -> None:
    before = await scene.cover(scene.holder)

    changed = await scene.patch({"modules": CHOSEN})
    after, gone, kept = await scene.cover(scene.holder), await scene.decided("plans"), await scene.decided("reports")
    staff = await scene.decided("plans", scene.manager)

    assert changed.status_code == 200, changed.text
    assert (changed.json()["modules"], changed.json()["sections"]) == (["asset_inventory", "reports"], ALWAYS + ALL)
    assert (before["sections"], before["modules"]) == (ALWAYS + ALL[:-1], None)
    assert (after["sections"], after["modules"]) == ([*ALWAYS, "asset_inventory", "reports"], None)
    assert (gone["allowed"], gone["why"]["code"], gone["why"]["rule"]) == (False, "unknown_section", "A8")
    assert (kept["allowed"], staff["allowed"]) == (True, True)


async def test_a8_the_routes_of_a_section_that_is_left_out_answer_like_unknown_ones(scene: Scene) -> None:
    path = scene.dossier.path + "/sections/asset-inventory"
    there = await scene.holder.get(path)

    await scene.patch({"modules": ["reports"]})
    gone, for_staff = await scene.holder.get(path), await scene.manager.get(path)
    unknown = await scene.holder.get(f"/dossiers/{new_id()}/sections/asset-inventory")
    await scene.patch({"modules": ["reports", "asset_inventory"]})
    back = await scene.holder.get(path)

    assert [one.status_code for one in (there, gone, for_staff, back)] == [200, 404, 200, 200]
    assert (gone.json()["code"], gone.json()["detail"]) == (unknown.json()["code"], unknown.json()["detail"])


async def test_a8_the_change_is_journaled_once_with_what_came_and_went(scene: Scene) -> None:
    await scene.patch({"modules": ["reports", "plans"]})
    await scene.patch({"modules": ["plans", "asset_inventory"]})
    same = await scene.patch({"modules": ["asset_inventory", "plans"]})

    entries = [one for one in await scene.journal() if one["action"] == "modules_changed"]
    assert (entries[0]["rule"], entries[0]["details"]) == (
        "A8",
        {"added": "asset_inventory", "removed": "reports"},
    )
    assert len(entries) == 2
    assert same.json()["etag"] == '"3"'


async def test_the_name_changes_alone_and_is_not_in_the_journal(scene: Scene) -> None:
    renamed = await scene.patch({"name": " Famille Dupont "})

    assert (renamed.json()["name"], renamed.json()["modules"]) == ("Famille Dupont", ALL)
    assert (await scene.cover(scene.holder))["name"] == "Famille Dupont"
    entry = (await scene.journal())[0]
    assert (entry["action"], entry["rule"], entry["details"]) == ("dossier_renamed", "A1", {})


async def test_two_who_edit_at_once_do_not_overwrite_each_other(scene: Scene) -> None:
    seen = await scene.manager.get(scene.dossier.path)
    first = await scene.patch({"modules": ["plans"]}, if_match=seen.headers["etag"])

    late = await scene.patch({"modules": ["reports"]}, if_match=seen.headers["etag"])
    blind = await scene.manager.call("PATCH", scene.dossier.path, {"modules": ["reports"]})

    assert [one.status_code for one in (first, late, blind)] == [200, 412, 428]
    assert first.headers["etag"] == first.json()["etag"] != seen.headers["etag"]
    assert (await scene.cover())["modules"] == ["plans"]


WRONG: list[tuple[Any, str]] = [
    ({"modules": ["nothing"]}, "modules.0"),
    ({"modules": None}, "modules"),
    ({"modules": "plans"}, "modules"),
    ({"modules": ["plans"] * 51}, "modules"),
    ({"name": ""}, "name"),
    ({"name": None}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"manager_id": str(new_id())}, "manager_id"),
]


async def test_bad_input_is_named_and_changes_nothing(scene: Scene) -> None:
    before = await scene.cover()

    answers = [await scene.patch(body) for body, _ in WRONG]

    assert {one.status_code for one in answers} == {422}
    assert [one.json()["errors"][0]["field"] for one in answers] == [field for _, field in WRONG]
    assert await scene.cover() == before


async def test_a1_only_the_manager_changes_them_and_another_firm_knows_nothing(world: Any, scene: Scene) -> None:
    helper, helper_id = await world.colleague(scene.office.firm_id, scene.office.administrator)
    await scene.manager.call("PUT", f"{scene.dossier.path}/team/{helper_id}")
    other = await world.office("Cabinet Autre")

    refused = [await scene.patch({"modules": []}, who) for who in (helper, scene.office.administrator, scene.holder)]
    strangers = [await scene.patch({"modules": []}, who) for who in (other.accountant, world.somebody())]

    assert [(one.status_code, one.json()["rule"]) for one in refused] == [(403, "A1")] * 3
    assert [(one.status_code, one.json()["rule"]) for one in strangers] == [(404, "A13")] * 2
    assert (await scene.cover())["modules"] == ALL
