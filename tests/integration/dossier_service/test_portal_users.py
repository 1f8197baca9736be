"""Portal users over HTTP (I11): who they are, keep one out, let one in; sessions and decisions follow at once."""

import asyncio
from typing import Any

import pytest
from event_contracts.firms import NoticeAudience, NoticeIssued, PortalUserDeactivated, PortalUserReactivated
from service_kit.ids import new_id

WHY = {"reason": "Litige en cours"}
TABLES = ("portal_user", "journal", "outbox", "access_grant")


class Scene:
    """An office whose accountant manages a dossier with an open access of its child."""

    def __init__(self, office: Any, dossier: Any, child: Any) -> None:
        self.office, self.dossier, self.child = office, dossier, child
        self.list = f"/firms/{office.firm_id}/portal-users"

    def of(self, who: Any, what: str = "") -> str:
        return f"{self.list}/{who.account_id}{what}"

    async def out(self, who: Any, by: Any = None) -> Any:
        return await (by or self.office.administrator).post(self.of(who, "/deactivation"), WHY)

    async def back(self, who: Any, by: Any = None) -> Any:
        return await (by or self.office.administrator).post(self.of(who, "/reactivation"))

    async def decision(self, who: Any) -> Any:
        body = {"dossier_id": self.dossier.id, "section": "asset_inventory", "action": "read"}
        return (await who.post("/decisions", body)).json()


@pytest.fixture
async def scene(world: Any) -> Scene:
    office = await world.office()
    dossier = await world.dossier(office)
    child, _ = await world.granted(office, dossier, dossier.child_id)
    return Scene(office, dossier, child)


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


class TestKeepingOut:
    async def test_i11_the_same_token_opens_nothing_with_the_next_request_and_all_again_afterwards(
        self, scene: Scene
    ) -> None:
        inventory = scene.dossier.path + "/sections/asset-inventory"
        seen = []

        async def look() -> None:
            mine = (await scene.child.get("/my/dossiers")).json()["items"]
            answers = [(await scene.child.get(path)).status_code for path in (scene.dossier.path, inventory)]
            seen.append((*answers, len(mine), (await scene.decision(scene.child))["allowed"]))

        await look()
        await scene.out(scene.child)
        await look()
        await scene.back(scene.child)
        await look()

        assert seen == [(200, 200, 1, True), (404, 404, 0, False), (200, 200, 1, True)]

    async def test_a11_the_decision_names_rule_and_grant(self, world: Any, scene: Scene) -> None:
        await scene.out(scene.child)
        body = {"dossier_id": scene.dossier.id, "section": "asset_inventory", "action": "read"}

        by_system = await world.system().post("/decisions", {**body, "account_id": str(scene.child.account_id)})

        for why in ((await scene.decision(scene.child))["why"], by_system.json()["why"]):
            assert (why["code"], why["rule"], why["given_by_name"]) == (
                "portal_user_deactivated",
                "I11",
                "Marc Manager",
            )
            assert why["grant_id"] is not None

    async def test_i11_it_is_said_told_and_written_down_once(self, world: Any, scene: Scene) -> None:
        answers = [await scene.out(scene.child) for _ in range(2)]
        again = [await scene.back(scene.child) for _ in range(2)]

        assert [answer.json()["state"] for answer in answers + again] == ["deactivated"] * 2 + ["active"] * 2
        assert answers[0].json()["changed_at"] == answers[1].json()["changed_at"]
        subject = f"{scene.office.firm_id}:{scene.child.account_id}"
        for event in (PortalUserDeactivated, PortalUserReactivated):
            assert [one.subject for one in await world.harness.said(event)] == [subject]
        told = [one for one in await world.harness.said(NoticeIssued) if one.audience is NoticeAudience.PERSON]
        assert [(one.account_id, one.lines[0].kind, one.lines[0].reason) for one in told] == [
            (scene.child.account_id, "deactivated", WHY["reason"]),
            (scene.child.account_id, "reactivated", None),
        ]
        journal = (await scene.office.accountant.get(scene.dossier.path + "/journal")).json()["items"][:2]
        assert [(entry["action"], entry["rule"], entry["reason"]) for entry in journal] == [
            ("portal_user_reactivated", "I11", None),
            ("portal_user_deactivated", "I11", WHY["reason"]),
        ]

    async def test_i12_fifty_at_the_same_moment_are_one(self, world: Any, scene: Scene) -> None:
        answers = await asyncio.gather(*(scene.out(scene.child) for _ in range(50)))

        assert {answer.status_code for answer in answers} == {200}
        assert len(await world.harness.said(PortalUserDeactivated)) == 1

    async def test_i11_what_is_granted_or_activated_meanwhile_counts_for_nothing(
        self, world: Any, scene: Scene
    ) -> None:
        await scene.out(scene.child)
        other = await world.dossier(scene.office)
        body = {"person_id": other.child_id, "right": "read", "contact_confirmed": True}
        grant = await scene.office.accountant.made(other.path + "/grants", body)

        await world.joins(grant["id"], scene.child)
        kept_out = await scene.child.get(other.path)
        await scene.back(scene.child)

        assert await world.grant_state(grant["id"]) == "active"
        assert (kept_out.status_code, (await scene.child.get(other.path)).status_code) == (404, 200)

    async def test_a13_another_firm_s_dossiers_stay_open(self, world: Any, scene: Scene) -> None:
        neighbour = await world.office("Cabinet Voisin")
        theirs = await world.dossier(neighbour)
        body = {"person_id": theirs.child_id, "right": "read", "contact_confirmed": True}
        grant = await neighbour.accountant.made(theirs.path + "/grants", body)
        await world.joins(grant["id"], scene.child)

        await scene.out(scene.child)

        assert (await scene.child.get(theirs.path)).status_code == 200
        (line,) = (await neighbour.administrator.get(f"/firms/{neighbour.firm_id}/portal-users")).json()["items"]
        assert (line["account_id"], line["state"], line["reason"]) == (str(scene.child.account_id), "active", None)

    async def test_staff_who_are_portal_users_too_go_on_working(self, world: Any, scene: Scene) -> None:
        other = await world.dossier(scene.office)
        body = {"person_id": other.child_id, "right": "read", "contact_confirmed": True}
        grant = await scene.office.accountant.made(other.path + "/grants", body)
        await world.joins(grant["id"], scene.office.accountant)

        await scene.out(scene.office.accountant)

        assert (await scene.office.accountant.get(other.path)).json()["party"] == "manager"

    async def test_somebody_without_an_account_yet_is_kept_out_and_told_nothing(self, world: Any, scene: Scene) -> None:
        other = await world.dossier(scene.office)
        body = {"person_id": other.child_id, "right": "read", "contact_confirmed": True}
        grant = await scene.office.accountant.made(other.path + "/grants", body)
        person = world.somebody()
        await world.told(world.linked(grant["id"], person.account_id))
        told = len(await world.harness.said(NoticeIssued))

        await scene.out(person)
        assert len(await world.harness.said(NoticeIssued)) == told
        await world.told(world.activated(person.account_id))

        assert len(await world.harness.said(PortalUserDeactivated)) == 1
        assert (await person.get(other.path)).status_code == 404

    async def test_a_reason_is_needed(self, scene: Scene) -> None:
        path = scene.of(scene.child, "/deactivation")
        bodies: list[Any] = [None, {}, {"reason": " "}, {"reason": "\u0000"}, {"reason": "x" * 2001}]

        answers = [await scene.office.administrator.post(path, body) for body in bodies]

        assert [answer.status_code for answer in answers] == [422] * 5


class TestWhoMay:
    async def test_a5_a_holder_is_suspended_by_an_administrator_only_and_the_grant_stays(
        self, world: Any, scene: Scene
    ) -> None:
        holder, grant = await world.granted(scene.office, scene.dossier, scene.dossier.holder_id)

        by_manager = await scene.out(holder, scene.office.accountant)
        by_administrator = await scene.out(holder)
        back_by_manager = await scene.back(holder, scene.office.accountant)

        assert refusal(by_manager) == refusal(back_by_manager) == (403, "administrator_only", "A5")
        assert by_administrator.status_code == 200
        assert await world.grant_state(grant["id"]) == "active"
        (row,) = await world.rows("SELECT DISTINCT rule FROM journal WHERE action = 'portal_user_deactivated'")
        assert row == {"rule": "A5"}

    async def test_i11_a_manager_may_for_people_of_their_own_dossiers_alone(self, world: Any, scene: Scene) -> None:
        alone = await scene.out(scene.child, scene.office.accountant)
        await scene.back(scene.child, scene.office.accountant)
        boss, _ = await world.colleague(scene.office.firm_id, scene.office.administrator)
        client = await boss.made(f"/firms/{scene.office.firm_id}/clients", {**NEW_CLIENT, "email": f"{new_id()}@x.be"})
        dossier = await boss.made(f"/firms/{scene.office.firm_id}/dossiers", {"client_id": client["id"]})
        person = await boss.made(f"/dossiers/{dossier['id']}/people", {**NEW_CLIENT, "relationship": "child"})
        body = {"person_id": person["id"], "right": "read", "contact_confirmed": True}
        grant = await boss.made(f"/dossiers/{dossier['id']}/grants", body)
        await world.joins(grant["id"], scene.child)

        shared = [await scene.out(scene.child, who) for who in (scene.office.accountant, boss)]

        assert alone.status_code == 200
        assert [refusal(answer) for answer in shared] == [(403, "manager_only", "I11")] * 2
        assert (await scene.out(scene.child)).status_code == 200

    async def test_a13_a_colleague_who_has_nothing_to_do_with_the_person_does_not_know_them(
        self, world: Any, scene: Scene
    ) -> None:
        colleague, _ = await world.colleague(scene.office.firm_id, scene.office.administrator)

        answers = [await scene.out(scene.child, colleague), await colleague.get(scene.of(scene.child))]

        assert [refusal(answer)[1] for answer in answers] == ["not_found"] * 2
        assert (await colleague.get(scene.list)).json()["items"] == []

    async def test_an_administrator_lets_in_again_whose_last_grant_has_gone(self, world: Any, scene: Scene) -> None:
        await scene.out(scene.child)
        (grant,) = await world.rows("SELECT id FROM access_grant WHERE state = 'active'")
        await scene.office.accountant.post(f"{scene.dossier.path}/grants/{grant['id']}/withdraw")

        assert (await scene.back(scene.child)).json()["state"] == "active"
        assert (await scene.out(world.somebody())).status_code == 404


NEW_CLIENT = {
    "given_name": "Léa",
    "family_name": "Dupont",
    "email": "lea@example.com",
    "phone": "+32470123456",
    "language": "fr",
}


class TestList:
    async def test_i11_it_names_people_with_their_grants_for_administrator_and_manager(
        self, world: Any, scene: Scene
    ) -> None:
        for who in (scene.office.administrator, scene.office.accountant):
            (line,) = (await who.get(scene.list)).json()["items"]

            assert line["account_id"] == str(scene.child.account_id)
            assert (line["given_name"], line["family_name"], line["state"]) == ("Léa", "Dupont", "active")
            assert (line["account_state"], "@example.com" in line["email"]) == ("active", True)
            assert [(grant["dossier_id"], grant["role"], grant["right"]) for grant in line["grants"]] == [
                (scene.dossier.id, "family", "write")
            ]

    async def test_a14_a_helper_sees_the_grants_of_dossiers_they_help_with(self, world: Any, scene: Scene) -> None:
        other = await world.dossier(scene.office)
        body = {"person_id": other.child_id, "right": "read", "contact_confirmed": True}
        grant = await scene.office.accountant.made(other.path + "/grants", body)
        await world.joins(grant["id"], scene.child)
        helper, helper_id = await world.colleague(scene.office.firm_id, scene.office.administrator)
        await scene.office.accountant.call("PUT", f"{other.path}/team/{helper_id}")

        for_helper = (await helper.get(scene.of(scene.child))).json()
        for_manager = (await scene.office.accountant.get(scene.of(scene.child))).json()

        assert [grant["dossier_id"] for grant in for_helper["grants"]] == [other.id]
        assert [grant["dossier_id"] for grant in for_manager["grants"]] == [scene.dossier.id, other.id]

    async def test_it_is_filtered_and_comes_in_pages(self, world: Any, scene: Scene) -> None:
        people = [scene.child]
        for _ in range(4):
            dossier = await world.dossier(scene.office)
            people.append((await world.granted(scene.office, dossier, dossier.child_id))[0])
        for person in people[:2]:
            await scene.out(person)

        found, cursor = [], ""
        while True:
            page = (await scene.office.administrator.get(f"{scene.list}?limit=2{cursor}")).json()
            found += [line["account_id"] for line in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        out = (await scene.office.administrator.get(scene.list + "?state=deactivated")).json()["items"]
        let_in = (await scene.office.administrator.get(scene.list + "?state=active")).json()["items"]

        assert found == sorted(str(person.account_id) for person in people)
        assert {line["account_id"] for line in out} == {str(person.account_id) for person in people[:2]}
        assert {line["reason"] for line in out} == {WHY["reason"]}
        assert len(let_in) == 3
        assert (await scene.office.administrator.get(scene.list + "?state=gone")).status_code == 422

    async def test_a_page_costs_three_statements_whatever_is_on_it(self, world: Any, scene: Scene) -> None:
        with world.statements() as few:
            await scene.office.administrator.get(scene.list)
        for _ in range(3):
            dossier = await world.dossier(scene.office)
            await world.granted(scene.office, dossier, dossier.child_id)

        with world.statements() as many:
            answer = await scene.office.administrator.get(scene.list)

        assert len(answer.json()["items"]) == 4
        assert len(few) == len(many) == 3, many


class TestDryRun:
    @pytest.mark.parametrize("what", ["deactivation", "reactivation"])
    async def test_m3_it_tells_whom_it_would_mail_and_changes_nothing(
        self, world: Any, scene: Scene, what: str
    ) -> None:
        if what == "reactivation":
            await scene.out(scene.child)
        before = [await world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]

        plan = await scene.office.administrator.post(scene.of(scene.child, f"/{what}?dry_run=true"), WHY)

        assert plan.status_code == 200, plan.text
        assert [mail["variant"] for mail in plan.json()["mails"]] == ["person_notice"]
        assert plan.json()["mails"][0]["recipient"]["email"] is None
        assert before == [await world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES]

    async def test_m3_a_dry_run_refuses_what_the_call_refuses(self, world: Any, scene: Scene) -> None:
        holder, _ = await world.granted(scene.office, scene.dossier, scene.dossier.holder_id)

        answer = await scene.office.accountant.post(scene.of(holder, "/deactivation?dry_run=true"), WHY)

        assert refusal(answer) == (403, "administrator_only", "A5")
