"""Handing over one dossier, or all of a manager's (A1): the heir is told, and the sender's name follows."""

from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import DossierHandedOver, SignInInformationRequested
from event_contracts.firms import NoticeIssued
from service_kit.ids import new_id
from sqlalchemy import text

REASON = "Marc est en congé"


class Scene:
    """Two dossiers of the office's accountant, and Nora who is to take them."""

    def __init__(self, world: Any, office: Any, dossiers: list[Any], heir: Any, heir_id: str) -> None:
        self.world, self.office, self.dossiers, self.heir, self.heir_id = world, office, dossiers, heir, heir_id
        self.marc, self.administrator = office.accountant, office.administrator

    @property
    def path(self) -> str:
        return f"/firms/{self.office.firm_id}/staff/{self.office.accountant_id}/handover"

    @property
    def body(self) -> dict[str, str]:
        return {"membership_id": self.heir_id, "reason": REASON}

    async def one(self, who: Any, query: str = "", **changes: Any) -> Any:
        return await who.call("PUT", f"{self.dossiers[0].path}/manager{query}", {**self.body, **changes})

    async def all(self, who: Any, query: str = "", **changes: Any) -> Any:
        return await who.post(self.path + query, {**self.body, **changes})

    async def managers(self) -> list[str]:
        rows = await self.world.rows("SELECT manager_id FROM dossier ORDER BY id")
        return [str(row["manager_id"]) for row in rows]

    async def news(self) -> list[tuple[str, UUID, list[str]]]:
        notices = await self.world.harness.said(NoticeIssued)
        handed = [one for one in notices if one.lines[0].kind == "handed_over"]
        return [(one.audience, one.account_id, [str(line.dossier_id) for line in one.lines]) for one in handed]


@pytest.fixture
async def scene(world: Any) -> Scene:
    office = await world.office()
    dossiers = [await world.dossier(office) for _ in range(2)]
    heir, heir_id = await world.colleague(office.firm_id, office.administrator)
    named = {"given_name": "Nora", "family_name": "Neuf"}
    await office.administrator.call("PATCH", f"/firms/{office.firm_id}/staff/{heir_id}", named, If_Match="*")
    return Scene(world, office, dossiers, heir, heir_id)


async def test_a1_the_senders_name_follows_for_what_staff_gave_and_not_for_what_a_holder_gave(
    world: Any, scene: Scene, person: Any
) -> None:
    dossier = scene.dossiers[0]
    holder, held = await world.granted(scene.office, dossier, dossier.holder_id)
    terms = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
    await holder.made(dossier.path + "/grants", terms)
    sibling = await scene.marc.made(dossier.path + "/people", {**person(), "relationship": "sibling"})
    grant = await scene.marc.made(dossier.path + "/grants", {**terms, "person_id": sibling["id"]})
    ended = await scene.marc.made(dossier.path + "/people", {**person(), "relationship": "parent"})
    dead = await scene.marc.made(dossier.path + "/grants", {**terms, "person_id": ended["id"]})
    await scene.marc.post(f"{dossier.path}/grants/{dead['id']}/withdraw")

    await scene.one(scene.administrator)

    (said,) = await world.harness.said(DossierHandedOver)
    assert (str(said.dossier_id), said.firm_id, said.manager_name) == (
        dossier.id,
        scene.office.firm_id,
        "Nora Neuf",
    )
    assert [str(offer) for offer in said.offer_ids] == [held["id"], grant["id"]]


async def test_a1_the_grants_are_the_new_managers_to_manage_and_not_the_old_ones(scene: Scene) -> None:
    dossier = scene.dossiers[0]
    body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
    grant = await scene.marc.made(dossier.path + "/grants", body)
    path = f"{dossier.path}/grants/{grant['id']}"

    await scene.one(scene.marc)
    before = [await scene.marc.post(f"{path}/{what}") for what in ("resend", "withdraw")]
    resent = await scene.heir.post(path + "/resend")
    withdrawn = await scene.heir.post(path + "/withdraw")

    assert [(one.status_code, one.json()["rule"]) for one in before] == [(403, "A1")] * 2
    assert (resent.status_code, withdrawn.json()["state"]) == (202, "withdrawn")
    (asked,) = await scene.world.harness.said(SignInInformationRequested)
    assert asked.requested_by == "Nora Neuf"


async def test_m8_the_new_manager_is_told_by_whom_and_why(scene: Scene) -> None:
    await scene.one(scene.administrator)

    assert await scene.news() == [("manager", scene.heir.account_id, [scene.dossiers[0].id])]
    line = (await scene.world.harness.said(NoticeIssued))[-1].lines[0]
    assert (line.by, line.reason, line.dossier_name) == ("Anne Admin", REASON, "Léa Dupont")


async def test_m8_a_new_manager_who_wants_a_summary_finds_it_there(scene: Scene) -> None:
    await scene.heir.call("PATCH", f"/firms/{scene.office.firm_id}/staff/me", {"notices": "daily"})

    await scene.all(scene.marc)

    assert await scene.news() == []
    rows = await scene.world.rows("SELECT line->>'kind' AS kind FROM manager_notice")
    assert [row["kind"] for row in rows] == ["handed_over"] * 2


async def test_a1_an_administrator_who_takes_a_dossier_needs_no_mail_about_it(scene: Scene) -> None:
    own = (await scene.administrator.get("/firms")).json()["items"][0]["membership_id"]

    done = await scene.one(scene.administrator, membership_id=own)

    assert (done.status_code, await scene.news()) == (204, [])
    assert (await scene.administrator.get(scene.dossiers[0].path)).json()["party"] == "manager"


async def test_handing_over_to_who_manages_already_changes_nothing(scene: Scene) -> None:
    await scene.one(scene.administrator)
    before = (await scene.heir.get(scene.dossiers[0].path)).json()

    again = await scene.one(scene.heir)
    nothing = await scene.all(scene.marc, membership_id=scene.office.accountant_id)

    assert (again.status_code, nothing.json()) == (204, {"dossiers": []})
    assert (await scene.heir.get(scene.dossiers[0].path)).json() == before
    assert len(await scene.world.harness.said(DossierHandedOver)) == 1


@pytest.mark.parametrize("who", ["administrator", "marc"])
async def test_a1_all_dossiers_of_a_manager_change_hands_in_one_step(scene: Scene, who: str) -> None:
    helped = scene.dossiers[1]
    await scene.marc.call("PUT", f"{helped.path}/team/{scene.heir_id}")

    done = await scene.all(getattr(scene, who))

    assert done.status_code == 200, done.text
    assert done.json() == {"dossiers": [{"id": one.id, "name": "Léa Dupont"} for one in scene.dossiers]}
    assert await scene.managers() == [scene.heir_id] * 2
    covers = [(await scene.heir.get(one.path)).json() for one in scene.dossiers]
    assert [(one["party"], [each["id"] for each in one["team"]]) for one in covers] == [
        ("manager", [scene.office.accountant_id])
    ] * 2
    assert await scene.news() == [("manager", scene.heir.account_id, [one.id for one in scene.dossiers])]
    said = await scene.world.harness.said(DossierHandedOver)
    assert [str(one.dossier_id) for one in said] == [one.id for one in scene.dossiers]
    for dossier in scene.dossiers:
        entry = (await scene.heir.get(dossier.path + "/journal")).json()["items"][0]
        assert (entry["action"], entry["rule"], entry["reason"]) == ("dossier_handed_over", "A1", REASON)
        assert entry["details"] == {"previous": scene.office.accountant_id}


async def test_a14_who_handed_everything_over_can_be_removed(scene: Scene) -> None:
    path = f"/firms/{scene.office.firm_id}/staff/{scene.office.accountant_id}/removal"
    refused = await scene.administrator.post(path, {"reason": "Départ"})

    await scene.all(scene.administrator)
    removed = await scene.administrator.post(path, {"reason": "Départ"})

    assert (refused.json()["code"], removed.status_code) == ("manages_dossiers", 200)


async def test_a14_a_manager_whose_account_is_gone_is_in_no_team(scene: Scene) -> None:
    async with scene.world.harness.transaction() as uow:
        statement = text("UPDATE membership SET state = 'withdrawn' WHERE id = :id")
        await uow.session.execute(statement, {"id": UUID(scene.office.accountant_id)})

    done = await scene.all(scene.administrator)

    assert len(done.json()["dossiers"]) == 2
    assert (await scene.heir.get(scene.dossiers[0].path)).json()["team"] == []


async def test_it_takes_as_many_statements_for_five_dossiers_as_for_two(world: Any, scene: Scene) -> None:
    counts = []
    there = [(scene.office.accountant_id, scene.heir_id), (scene.heir_id, scene.office.accountant_id)]
    for giver, heir in there:
        path = f"/firms/{scene.office.firm_id}/staff/{giver}/handover"
        with world.statements() as sent:
            answer = await scene.administrator.post(path, {"membership_id": heir, "reason": REASON})
        counts.append((len(answer.json()["dossiers"]), len(sent)))
        if len(counts) == 1:
            for _ in range(3):
                other = await world.dossier(scene.office)
                await scene.administrator.call("PUT", other.path + "/manager", scene.body)

    assert [dossiers for dossiers, _ in counts] == [2, 5]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize("what", ["one", "all"])
async def test_m3_the_dry_run_shows_the_mail_and_hands_over_nothing(scene: Scene, what: str) -> None:
    answer = await getattr(scene, what)(scene.administrator, "?dry_run=true")

    assert answer.status_code == 200, answer.text
    (mail,) = answer.json()["mails"]
    assert (mail["variant"], mail["recipient"]["name"]) == ("manager_notice", "Nora Neuf")
    assert len(mail["preview"]["parameters"]["lines"]) == (1 if what == "one" else 2)
    assert await scene.managers() == [scene.office.accountant_id] * 2
    assert await scene.news() == []


async def test_a1_a_colleague_hands_over_nothing_of_somebody_else(scene: Scene) -> None:
    refused = await scene.all(scene.heir)

    assert (refused.status_code, refused.json()["rule"]) == (403, "A1")
    assert await scene.managers() == [scene.office.accountant_id] * 2


async def test_a13_other_firms_and_their_people_are_unknown(world: Any, scene: Scene) -> None:
    other = await world.office("Cabinet Autre")
    theirs = f"/firms/{scene.office.firm_id}/staff/{other.accountant_id}/handover"

    answers = [
        await scene.all(other.administrator),
        await scene.all(world.somebody()),
        await scene.all(scene.administrator, membership_id=other.accountant_id),
        await scene.all(scene.administrator, membership_id=str(new_id())),
        await scene.one(scene.administrator, membership_id=other.accountant_id),
        await scene.administrator.post(theirs, scene.body),
    ]

    assert [(one.status_code, one.json()["rule"]) for one in answers] == [(404, "A13")] * 6
    assert await scene.managers() == [scene.office.accountant_id] * 2


async def test_bad_input_names_its_field(scene: Scene) -> None:
    for call in (scene.one, scene.all):
        for name, value in (("reason", " "), ("membership_id", "x")):
            answer = await call(scene.administrator, **{name: value})

            assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [name])
