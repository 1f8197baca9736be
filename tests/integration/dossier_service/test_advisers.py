"""Outside advisers (A6): registered by the manager, let in like anybody, and kept to three sections (A7) [001]."""

from typing import Any

import pytest
from event_contracts.dossier import GrantMoved, GrantOffered
from event_contracts.firms import NoticeIssued
from service_kit.ids import new_id

NOTARY = {"kind": "notary", "given_name": "Nicole", "family_name": "Notaire", "organisation": "Étude Notaire"}
REACHED = {"email": "nicole@etude.example", "phone": "+32470555555", "language": "nl"}


class Scene:
    """A dossier with a holder who joined, a team member and a registered notary."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self.world, self.office, self.dossier, self.manager = world, office, dossier, office.accountant
        self.path = dossier.path
        self.notary_id = ""

    async def prepare(self) -> None:
        self.holder, _ = await self.world.granted(self.office, self.dossier, self.dossier.holder_id)
        self.helper, membership_id = await self.world.colleague(self.office.firm_id, self.office.administrator)
        await self.manager.call("PUT", f"{self.path}/team/{membership_id}")
        self.notary_id = (await self.manager.made(self.path + "/advisers", {**NOTARY, **REACHED}))["id"]

    @property
    def notary_path(self) -> str:
        return f"{self.path}/advisers/{self.notary_id}"

    async def joined(self, right: str = "write") -> Any:
        """The notary, with an active grant."""
        notary, self.grant = await self.world.granted(self.office, self.dossier, self.notary_id, right)
        return notary

    async def decided(self, who: Any) -> dict[str, set[str]]:
        """What the law lets somebody do, by section."""
        sections = ("family_structure", "asset_inventory", "gift_inventory", "simulations", "reports", "client_record")
        actions = ("read", "write", "create")
        asked = [{"dossier_id": self.dossier.id, "section": one, "action": two} for one in sections for two in actions]
        decisions = (await who.post("/decisions/batch", {"questions": asked})).json()["decisions"]
        may: dict[str, set[str]] = {section: set() for section in sections}
        for question, decision in zip(asked, decisions, strict=True):
            if decision["allowed"]:
                may[question["section"]].add(question["action"])
        return may


@pytest.fixture
async def scene(world: Any) -> Scene:
    office = await world.office()
    scene = Scene(world, office, await world.dossier(office))
    await scene.prepare()
    return scene


def refusals(answers: list[Any]) -> list[tuple[int, str]]:
    return [(answer.status_code, answer.json()["rule"]) for answer in answers]


async def test_001_an_adviser_is_registered_then_granted_then_invited(world: Any, scene: Scene) -> None:
    offers = len(await world.harness.said(GrantOffered))
    shown = (await scene.manager.get(scene.path + "/advisers")).json()["items"]
    assert [(one["kind"], one["organisation"], one["email"]) for one in shown] == [
        ("notary", "Étude Notaire", "nicole@etude.example")
    ]

    body = {"person_id": scene.notary_id, "right": "write", "contact_confirmed": True}
    grant = await scene.manager.made(scene.path + "/grants", body)

    (offered,) = (await world.harness.said(GrantOffered))[offers:]
    assert (str(offered.grant_id), offered.role, offered.right) == (grant["id"], "adviser", "write")
    assert (offered.person.email, offered.person.language) == ("nicole@etude.example", "nl")
    entries = (await scene.manager.get(scene.path + "/journal")).json()["items"]
    (registered,) = [entry for entry in entries if entry["action"] == "adviser_registered"]
    assert (registered["rule"], registered["details"]) == ("A6", {"kind": "notary"})


async def test_a7_an_adviser_with_write_edits_three_sections_and_creates_nothing(scene: Scene) -> None:
    notary = await scene.joined()

    assert await scene.decided(notary) == {
        "family_structure": {"read", "write"},
        "asset_inventory": {"read", "write"},
        "gift_inventory": {"read", "write"},
        "simulations": {"read"},
        "reports": {"read"},
        "client_record": set(),
    }
    path = scene.path + "/sections/family-structure"
    noted = await notary.call("PUT", path, {"marital_status": "married"}, If_Match="*")
    assert noted.status_code == 200, noted.text
    assert (await notary.get(scene.path)).json()["party"] == "adviser"


async def test_a6_only_the_manager_registers_changes_and_removes(world: Any, scene: Scene) -> None:
    notary = await scene.joined()
    child, _ = await world.granted(scene.office, scene.dossier, scene.dossier.child_id)

    for who in (scene.helper, scene.office.administrator, scene.holder, child, notary):
        answers = [
            await who.post(scene.path + "/advisers", NOTARY),
            await who.call("PATCH", scene.notary_path, {"organisation": "X"}, If_Match="*"),
            await who.call("DELETE", scene.notary_path),
        ]
        assert refusals(answers) == [(403, "A6")] * 3


async def test_a6_staff_and_holders_see_who_advises_and_only_staff_see_contact_data(world: Any, scene: Scene) -> None:
    child, _ = await world.granted(scene.office, scene.dossier, scene.dossier.child_id)
    seen = {
        name: (await who.get(scene.path + "/advisers")).json()["items"]
        for name, who in {"manager": scene.manager, "helper": scene.helper, "holder": scene.holder}.items()
    }

    assert {name: [(one["family_name"], one["phone"]) for one in items] for name, items in seen.items()} == {
        "manager": [("Notaire", "+32470555555")],
        "helper": [("Notaire", "+32470555555")],
        "holder": [("Notaire", None)],
    }
    answers = [await who.get(scene.path + "/advisers") for who in (child, scene.office.administrator)]
    assert refusals(answers) == [(403, "A6"), (403, "A14")]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "astrologer"}, "kind"),
    ({"kind": None}, "kind"),
    ({"given_name": ""}, "given_name"),
    ({"family_name": "Notaire\r\nBcc: x@y.example"}, "family_name"),
    ({"organisation": "\u202eeduté"}, "organisation"),
    ({"email": "nobody"}, "email"),
    ({"phone": "0470 12 34 56"}, "phone"),
    ({"language": "xx"}, "language"),
    ({"role": "holder"}, "role"),
]


async def test_what_cannot_be_meant_names_its_field(scene: Scene) -> None:
    for changes, field in WRONG:
        answers = [
            await scene.manager.post(scene.path + "/advisers", {**NOTARY, **changes}),
            await scene.manager.call("PATCH", scene.notary_path, changes, If_Match="*"),
        ]
        for answer in answers:
            assert answer.status_code == 422, answer.text
            assert [error["field"] for error in answer.json()["errors"]] == [field], changes


async def test_a3_an_adviser_without_checked_contact_data_is_not_let_in(scene: Scene) -> None:
    unreached = (await scene.manager.made(scene.path + "/advisers", NOTARY))["id"]
    grant = {"person_id": unreached, "right": "read"}

    empty = await scene.manager.post(scene.path + "/grants", {**grant, "contact_confirmed": True})
    unchecked = await scene.manager.post(scene.path + "/grants", {**grant, "person_id": scene.notary_id})

    assert [error["field"] for error in empty.json()["errors"]] == ["email", "phone"]
    assert [error["field"] for error in unchecked.json()["errors"]] == ["contact_confirmed"]


async def test_a6_an_adviser_of_another_dossier_is_unknown_here(world: Any, scene: Scene) -> None:
    other = await world.dossier(scene.office)
    foreign = (await scene.manager.made(other.path + "/advisers", NOTARY))["id"]
    grant = {"right": "read", "contact_confirmed": True, **REACHED}
    grant.pop("language")

    for person_id in (foreign, str(new_id())):
        answers = [
            await scene.manager.post(scene.path + "/grants", {**grant, "person_id": person_id}),
            await scene.manager.call("PATCH", f"{scene.path}/advisers/{person_id}", {"kind": "other"}, If_Match="*"),
            await scene.manager.call("DELETE", f"{scene.path}/advisers/{person_id}"),
        ]
        assert refusals(answers) == [(404, "A13")] * 3
    assert (await world.somebody().get(scene.path + "/advisers")).status_code == 404


async def test_an_adviser_is_in_no_tree_and_the_tree_has_no_advisers(scene: Scene, person: Any) -> None:
    through_the_tree = f"{scene.path}/people/{scene.notary_id}"
    unknown = [
        await scene.manager.call("PATCH", through_the_tree, {"given_name": "X"}, If_Match="*"),
        await scene.manager.call("DELETE", through_the_tree),
        await scene.manager.call("PUT", through_the_tree + "/death", {"deceased_on": "2026-01-01"}),
        await scene.manager.call(
            "PATCH", f"{scene.path}/advisers/{scene.dossier.child_id}", {"kind": "other"}, If_Match="*"
        ),
    ]
    assert refusals(unknown) == [(404, "A13")] * 4

    child = person(relationship="child", related_to=scene.notary_id)
    related = await scene.manager.post(scene.path + "/people", child)
    assert [error["field"] for error in related.json()["errors"]] == ["related_to"]
    tree = (await scene.manager.get(scene.path + "/sections/family-structure")).json()["people"]
    assert [one["id"] for one in tree] == [scene.dossier.holder_id, scene.dossier.child_id]


async def test_a7_an_adviser_gives_nobody_contact_data_a_role_or_access(scene: Scene, person: Any) -> None:
    notary = await scene.joined()
    child = f"{scene.path}/people/{scene.dossier.child_id}"
    nameless = {"given_name": "Zoé", "family_name": "Dupont", "relationship": "child"}

    refused = [
        await notary.post(scene.path + "/people", {**nameless, "role": "co_holder"}),
        await notary.post(scene.path + "/people", person(relationship="child")),
        await notary.post(scene.path + "/people", {**nameless, "language": "fr"}),
        await notary.call("PATCH", child, {"email": "mine@example.com"}, If_Match="*"),
        await notary.call("PATCH", child, {"phone": "+32470000009"}, If_Match="*"),
        await notary.call("PATCH", child, {"role": "co_holder", "relationship": None}, If_Match="*"),
        await notary.call("PATCH", f"{scene.path}/people/{scene.dossier.holder_id}", {"phone": None}, If_Match="*"),
    ]
    grant = {"person_id": scene.dossier.child_id, "right": "read", "contact_confirmed": True}
    granting = await notary.post(scene.path + "/grants", grant)
    entered = await notary.made(scene.path + "/people", nameless)
    renamed = await notary.call("PATCH", f"{scene.path}/people/{entered['id']}", {"given_name": "Zoë"}, If_Match="*")

    assert refusals(refused) == [(403, "A7")] * 7
    assert refusals([granting]) == [(403, "A1")]
    assert (renamed.status_code, renamed.json()["given_name"]) == (200, "Zoë")


async def test_i9_the_address_of_an_adviser_moves_an_offer_and_asks_the_owner_of_an_account(
    world: Any, scene: Scene
) -> None:
    body = {"person_id": scene.notary_id, "right": "write", "contact_confirmed": True, "user_name": "nicole.n"}
    old = await scene.manager.made(scene.path + "/grants", body)
    correction = {"email": "n@etude.example", "organisation": None}

    unchecked = await scene.manager.call("PATCH", scene.notary_path, correction, If_Match="*")
    stale = await scene.manager.call("PATCH", scene.notary_path, correction, If_Match='"7"')
    blind = await scene.manager.call("PATCH", scene.notary_path, correction)
    confirmed = {**correction, "contact_confirmed": True}
    plan = await scene.manager.call("PATCH", scene.notary_path + "?dry_run=true", confirmed, If_Match="*")
    moved = await scene.manager.call("PATCH", scene.notary_path, confirmed, If_Match='"1"')

    assert [answer.status_code for answer in (unchecked, stale, blind, moved)] == [422, 412, 428, 200]
    assert [mail["variant"] for mail in plan.json()["mails"]] == ["invitation", "notice", "holder_notice"]
    (said,) = await world.harness.said(GrantMoved)
    assert (str(said.previous_grant_id), said.person.email, said.role) == (old["id"], "n@etude.example", "adviser")
    assert said.user_name == "nicole.n"

    notary = world.somebody()
    await world.joins(str(said.grant_id), notary)
    await scene.manager.call("PATCH", scene.notary_path, {"phone": "+32470666666"}, If_Match="*")
    emptied = await scene.manager.call("PATCH", scene.notary_path, {"phone": None}, If_Match="*")

    asked = [one for one in await world.harness.said(NoticeIssued) if one.account_id == notary.account_id]
    assert [line.kind for one in asked for line in one.lines] == ["contact_differs"]
    assert refusals([emptied]) == [(422, "A3")]
    assert len(await world.harness.said(GrantMoved)) == 1


async def test_a7_an_adviser_who_holds_a_grant_stays_and_who_holds_none_may_go(world: Any, scene: Scene) -> None:
    notary = await scene.joined()

    kept = await scene.manager.call("DELETE", scene.notary_path)
    await scene.manager.post(f"{scene.path}/grants/{scene.grant['id']}/withdraw")
    gone = [await scene.manager.call("DELETE", scene.notary_path) for _ in range(2)]

    assert (kept.status_code, kept.json()["code"], kept.json()["rule"]) == (409, "person_has_grant", "A7")
    assert [answer.status_code for answer in gone] == [204, 404]
    assert (await scene.manager.get(scene.path + "/advisers")).json()["items"] == []
    assert (await notary.get(scene.path)).status_code == 404
    actions = [entry["action"] for entry in (await scene.manager.get(scene.path + "/journal")).json()["items"]]
    assert actions[0] == "adviser_removed"
