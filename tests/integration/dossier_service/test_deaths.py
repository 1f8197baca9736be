"""A recorded death: the grant stays (A5) and opens nothing, offers rest, and nothing is mailed to the dead."""

from typing import Any

import pytest
from event_contracts.dossier import GrantMoved, OfferResumed, OfferSuspended, SignInInformationRequested
from event_contracts.firms import NoticeIssued

DEATH = {"deceased_on": "2026-11-01"}


class Scene:
    """A dossier whose holder and co-holder joined, and where a child was offered access."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self.world, self.office, self.dossier, self.manager = world, office, dossier, office.accountant
        self.path = dossier.path

    async def prepare(self, person: Any) -> None:
        self.holder, self.holder_grant = await self.world.granted(self.office, self.dossier, self.dossier.holder_id)
        spouse = person(role="co_holder", relationship="spouse")
        spouse_id = (await self.manager.made(self.path + "/people", spouse))["id"]
        self.co_holder, _ = await self.world.granted(self.office, self.dossier, spouse_id)
        body = {"person_id": self.dossier.child_id, "right": "write", "contact_confirmed": True}
        self.offer_id = (await self.manager.made(self.path + "/grants", body))["id"]

    def of(self, person_id: str) -> str:
        return f"{self.path}/people/{person_id}/death"

    async def dies(self, person_id: str, who: Any = None, **changes: Any) -> Any:
        return await (who or self.manager).call("PUT", self.of(person_id), {**DEATH, **changes})

    async def revives(self, person_id: str, who: Any = None) -> Any:
        return await (who or self.manager).call("DELETE", self.of(person_id))

    async def rested(self) -> tuple[list[str], list[str]]:
        """The offers that were suspended, and those that were resumed."""
        said = self.world.harness.said
        suspended = [str(one.grant_id) for one in await said(OfferSuspended)]
        return suspended, [str(one.grant_id) for one in await said(OfferResumed)]

    async def may_read(self, who: Any) -> tuple[bool, str, str]:
        question = {"dossier_id": self.dossier.id, "section": "reports", "action": "read"}
        decision = (await who.post("/decisions", question)).json()
        return decision["allowed"], decision["why"]["code"], decision["why"]["rule"]


@pytest.fixture
async def scene(world: Any, person: Any) -> Scene:
    office = await world.office()
    scene = Scene(world, office, await world.dossier(office))
    await scene.prepare(person)
    return scene


async def test_a5_the_grant_of_the_dead_stays_and_opens_nothing_until_it_was_a_mistake(
    world: Any, scene: Scene
) -> None:
    holder_id = scene.dossier.holder_id

    recorded = await scene.dies(holder_id)
    closed = await scene.may_read(scene.holder)
    removed = await scene.manager.call("DELETE", f"{scene.path}/people/{holder_id}")
    withdrawn = await scene.manager.post(f"{scene.path}/grants/{scene.holder_grant['id']}/withdraw")

    assert (recorded.status_code, recorded.json()["deceased_on"]) == (200, "2026-11-01")
    assert closed == (False, "person_deceased", "A5")
    assert (await scene.holder.get(scene.path)).status_code == 404
    assert [(one.status_code, one.json()["rule"]) for one in (removed, withdrawn)] == [(409, "A5")] * 2
    assert await world.grant_state(scene.holder_grant["id"]) == "active"

    back = await scene.revives(holder_id)

    assert (back.status_code, back.json()["deceased_on"]) == (200, None)
    assert (await scene.may_read(scene.holder))[0]
    entries = (await scene.manager.get(scene.path + "/journal")).json()["items"]
    assert [(one["action"], one["rule"]) for one in entries[:2]] == [
        ("death_taken_back", "A5"),
        ("death_recorded", "A5"),
    ]
    assert await scene.rested() == ([], [])


async def test_an_offer_of_the_dead_rests_and_nothing_is_mailed_about_it(world: Any, scene: Scene) -> None:
    child_id, grant = scene.dossier.child_id, f"{scene.path}/grants/{scene.offer_id}"
    await scene.dies(child_id)

    resent = await scene.manager.post(grant + "/resend")
    correction = {"email": "right@example.com", "contact_confirmed": True}
    corrected = await scene.manager.call("PATCH", f"{scene.path}/people/{child_id}", correction, If_Match="*")
    (shown,) = [
        one for one in (await scene.manager.get(scene.path + "/rights")).json()["people"] if one["id"] == child_id
    ]

    refused = [(one.status_code, one.json()["code"], one.json()["rule"]) for one in (resent, corrected)]
    assert refused == [(409, "person_deceased", "A5")] * 2
    assert (await world.harness.said(SignInInformationRequested), await world.harness.said(GrantMoved)) == ([], [])
    assert (shown["deceased_on"], shown["grant"]["state"]) == ("2026-11-01", "offered")
    assert (shown["grant"]["suspended"], shown["grant"]["resend"]["code"]) == ("person_deceased", "person_deceased")

    await scene.revives(child_id)

    assert await scene.rested() == ([scene.offer_id], [scene.offer_id])
    assert (await scene.manager.post(grant + "/resend")).status_code == 202


async def test_nothing_is_granted_to_the_dead(scene: Scene) -> None:
    await scene.manager.post(f"{scene.path}/grants/{scene.offer_id}/withdraw")
    await scene.dies(scene.dossier.child_id)
    body = {"person_id": scene.dossier.child_id, "right": "read", "contact_confirmed": True}

    for who in (scene.manager, scene.holder):
        answer = await who.post(scene.path + "/grants", body)

        assert (answer.status_code, answer.json()["rule"], answer.json()["code"]) == (409, "A5", "person_deceased")


async def test_a12_the_dead_hear_nothing_and_the_living_holder_does(world: Any, scene: Scene) -> None:
    await scene.dies(scene.dossier.holder_id)
    before = len(await world.harness.said(NoticeIssued))
    grant = f"{scene.path}/grants/{scene.offer_id}"

    plan = await scene.manager.call("PATCH", grant + "?dry_run=true", {"right": "read"}, If_Match="*")
    await scene.manager.call("PATCH", grant, {"right": "read"}, If_Match="*")
    phone = {"phone": "+32470999999"}
    noted = await scene.manager.call("PATCH", f"{scene.path}/people/{scene.dossier.holder_id}", phone, If_Match="*")

    notices = (await world.harness.said(NoticeIssued))[before:]
    assert [one.account_id for one in notices] == [scene.co_holder.account_id]
    assert [(one["role"], one["reason"]) for one in plan.json()["skipped"]] == [("holder", "deceased")]
    assert noted.status_code == 200, noted.text


async def test_a_death_is_recorded_by_the_manager_on_a_day_that_came_and_once(world: Any, scene: Scene) -> None:
    helper, membership_id = await world.colleague(scene.office.firm_id, scene.office.administrator)
    await scene.manager.call("PUT", f"{scene.path}/team/{membership_id}")
    child_id = scene.dossier.child_id

    others = [
        await call(child_id, who)
        for who in (helper, scene.office.administrator, scene.holder)
        for call in (scene.dies, scene.revives)
    ]
    stranger = await scene.dies(child_id, world.somebody())
    wrong = [await scene.dies(child_id, deceased_on=day) for day in ("2999-01-01", "yesterday", "2026-02-30", None)]
    twice = [await scene.dies(child_id) for _ in range(2)]
    corrected = await scene.dies(child_id, deceased_on="2026-10-31")
    back = [await scene.revives(child_id) for _ in range(2)]

    assert [(one.status_code, one.json()["rule"]) for one in others] == [(403, "A1")] * 6
    assert (stranger.status_code, stranger.json()["rule"]) == (404, "A13")
    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in wrong] == [(422, "deceased_on")] * 4
    assert [one.headers["etag"] for one in (*twice, corrected, *back)] == ['"2"', '"2"', '"3"', '"4"', '"4"']
    assert await scene.rested() == ([scene.offer_id], [scene.offer_id])


async def test_on_a_closed_dossier_an_offer_rests_anyway(scene: Scene) -> None:
    await scene.manager.post(scene.path + "/close", {"access": "read_only", "reason": "Settled"})
    before = await scene.rested()

    await scene.dies(scene.dossier.child_id)
    await scene.revives(scene.dossier.child_id)
    kept = await scene.rested()
    await scene.dies(scene.dossier.child_id)
    await scene.manager.post(scene.path + "/reopen", {"reason": "New work"})

    assert before == kept == await scene.rested() == ([scene.offer_id], [])
    await scene.revives(scene.dossier.child_id)
    assert await scene.rested() == ([scene.offer_id], [scene.offer_id])
