"""A firm's staff over HTTP (A14): what the list shows, who is changed and removed, and who never is."""

import asyncio
from typing import Any

import pytest
from event_contracts.firms import StaffChanged, StaffRemoved
from event_contracts.people import OfferKind

NORA = {"given_name": "Nora", "family_name": "New", "email": "nora@firm.example", "phone": "+32470000003"}
GONE = {"reason": "Elle quitte le cabinet"}


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


def place(office: Any, membership_id: Any = None) -> str:
    return f"/firms/{office.firm_id}/staff/{membership_id or office.accountant_id}"


async def own_place(office: Any) -> str:
    (mine,) = (await office.administrator.get("/firms")).json()["items"]
    return str(mine["membership_id"])


async def second_administrator(world: Any, office: Any) -> tuple[Any, str]:
    colleague, membership_id = await world.colleague(office.firm_id, office.administrator)
    answer = await office.administrator.call(
        "PATCH", place(office, membership_id), {"role": "administrator"}, If_Match="*"
    )
    assert answer.status_code == 200, answer.text
    return colleague, membership_id


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


class TestList:
    async def test_a14_it_shows_what_an_offered_place_waits_for(self, world: Any, office: Any) -> None:
        invited = await office.administrator.made(f"/firms/{office.firm_id}/staff", NORA)
        nora, shown = world.somebody(), []

        async def look() -> None:
            one = (await office.administrator.get(place(office, invited["id"]))).json()
            shown.append((one["state"], one["waits_for"]))

        await look()
        await world.told(world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM))
        await look()
        await world.told(world.activated(nora.account_id))
        await look()
        await world.joins(invited["id"], nora, OfferKind.FIRM)
        await look()

        assert shown == [("offered", "account"), ("offered", "account"), ("offered", "phone"), ("active", None)]

    async def test_how_people_are_reached_is_for_administrators(self, office: Any) -> None:
        await office.administrator.made(f"/firms/{office.firm_id}/staff", NORA)
        path = f"/firms/{office.firm_id}/staff"

        mine = (await office.administrator.get(path)).json()["items"][-1]
        theirs = (await office.accountant.get(path)).json()["items"][-1]

        assert (mine["email"], mine["phone"]) == (NORA["email"], NORA["phone"])
        assert (theirs["given_name"], theirs["email"], theirs["phone"], theirs["mail"]) == ("Nora", None, None, None)

    async def test_who_was_removed_is_not_in_it(self, office: Any) -> None:
        await office.administrator.post(place(office) + "/removal", GONE)

        items = (await office.administrator.get(f"/firms/{office.firm_id}/staff")).json()["items"]

        assert [one["given_name"] for one in items] == ["Anne"]
        assert (await office.administrator.get(place(office))).status_code == 404

    async def test_m8_everybody_chooses_at_once_or_daily_for_themselves(self, office: Any) -> None:
        before = (await office.accountant.get("/firms")).json()["items"][0]["notices"]
        answer = await office.accountant.call("PATCH", place(office, "me"), {"notices": "daily"})
        after = (await office.accountant.get("/firms")).json()["items"][0]["notices"]
        wrong = await office.accountant.call("PATCH", place(office, "me"), {"notices": "hourly"})

        assert (before, answer.status_code, after, wrong.status_code) == ("at_once", 200, "daily", 422)
        assert (await office.administrator.get("/firms")).json()["items"][0]["notices"] == "at_once"


class TestChange:
    async def test_a14_another_role_counts_from_the_next_request_on_and_is_said_once(
        self, world: Any, office: Any
    ) -> None:
        colleague, membership_id = await world.colleague(office.firm_id, office.administrator)
        refused = await colleague.get(f"/firms/{office.firm_id}/settings")

        for _ in range(2):
            await office.administrator.call(
                "PATCH", place(office, membership_id), {"role": "administrator"}, If_Match="*"
            )

        assert (refused.status_code, (await colleague.get(f"/firms/{office.firm_id}/settings")).status_code) == (
            403,
            200,
        )
        (said,) = await world.harness.said(StaffChanged)
        assert (said.account_id, said.role) == (colleague.account_id, "administrator")

    async def test_names_and_language_are_the_firm_s_to_change(self, world: Any, office: Any) -> None:
        said = await world.harness.said_types()
        body = {"given_name": "Marie", "language": "nl"}
        seen = (await office.administrator.get(place(office))).headers["ETag"]

        answer = await office.administrator.call("PATCH", place(office), body, If_Match=seen)

        assert (answer.json()["given_name"], answer.json()["language"]) == ("Marie", "nl")
        assert answer.headers["ETag"] == answer.json()["etag"] != seen
        assert await world.harness.said_types() == said

    @pytest.mark.parametrize("field", ["email", "phone"])
    async def test_i9_address_and_phone_of_an_account_are_its_owner_s(self, office: Any, field: str) -> None:
        body = {"email": "marc@elsewhere.example", "phone": "+32470999999"}

        answer = await office.administrator.call("PATCH", place(office), {field: body[field]}, If_Match="*")

        assert refusal(answer) == (409, "contact_is_the_owners", "I9")

    @pytest.mark.parametrize(
        "body", [{"email": None}, {"phone": None}, {"role": "manager"}, {"language": "de"}, {"state": "active"}]
    )
    async def test_what_a_place_cannot_be_is_refused(self, office: Any, body: Any) -> None:
        assert (await office.administrator.call("PATCH", place(office), body, If_Match="*")).status_code == 422

    async def test_who_edits_must_have_seen_the_current_version(self, office: Any) -> None:
        answers = [
            await office.administrator.call("PATCH", place(office), {"given_name": "Max"}, **headers)
            for headers in ({}, {"If_Match": '"9"'})
        ]

        assert [answer.status_code for answer in answers] == [428, 412]

    async def test_a14_an_accountant_changes_and_removes_nobody(self, office: Any) -> None:
        path = place(office, await own_place(office))
        answers = [
            await office.accountant.call("PATCH", path, {"role": "accountant"}, If_Match="*"),
            await office.accountant.post(path + "/removal", GONE),
            await office.accountant.post(path + "/resend"),
        ]

        assert [refusal(answer) for answer in answers] == [(403, "administrator_only", "A14")] * 3


class TestRemoval:
    async def test_a14_access_and_team_places_end_at_once_and_the_journal_says_why(
        self, world: Any, office: Any
    ) -> None:
        dossier = await world.dossier(office)
        helper, helper_id = await world.colleague(office.firm_id, office.administrator)
        await office.accountant.call("PUT", f"{dossier.path}/team/{helper_id}")
        before = (await helper.get(dossier.path)).status_code

        answer = await office.administrator.post(place(office, helper_id) + "/removal", GONE)

        assert (before, answer.status_code, answer.json()["state"]) == (200, 200, "withdrawn")
        assert (await helper.get(dossier.path)).status_code == 404
        assert (await helper.get(f"/firms/{office.firm_id}/staff")).status_code == 404
        assert (await office.accountant.get(dossier.path)).json()["team"] == []
        (said,) = await world.harness.said(StaffRemoved)
        assert (str(said.membership_id), said.account_id) == (helper_id, helper.account_id)
        entry = (await office.accountant.get(dossier.path + "/journal")).json()["items"][0]
        assert (entry["action"], entry["subject_id"]) == ("team_member_removed", helper_id)
        (row,) = await world.rows("SELECT reason, rule FROM journal WHERE action = 'staff_removed'")
        assert row == {"reason": GONE["reason"], "rule": "A14"}

    async def test_a14_who_manages_dossiers_stays_until_they_are_handed_over(self, world: Any, office: Any) -> None:
        dossiers = [await world.dossier(office) for _ in range(2)]
        heir, heir_id = await world.colleague(office.firm_id, office.administrator)

        refused = await office.administrator.post(place(office) + "/removal", GONE)
        for dossier in dossiers:
            handover = {"membership_id": heir_id, "reason": "Départ"}
            await office.administrator.call("PUT", dossier.path + "/manager", handover)
        done = await office.administrator.post(place(office) + "/removal", GONE)

        assert refusal(refused) == (409, "manages_dossiers", "A14")
        assert refused.json()["related"] == [
            {"kind": "dossier", "id": dossier.id, "name": "Léa Dupont"} for dossier in dossiers
        ]
        assert done.status_code == 200
        assert (await heir.get(dossiers[0].path)).json()["team"] == []

    async def test_a14_the_last_administrator_is_neither_removed_nor_demoted(self, office: Any) -> None:
        path = place(office, await own_place(office))

        removed = await office.administrator.post(path + "/removal", GONE)
        demoted = await office.administrator.call("PATCH", path, {"role": "accountant"}, If_Match="*")

        assert [refusal(answer) for answer in (removed, demoted)] == [(409, "last_administrator", "A14")] * 2
        assert "related" not in removed.json()

    async def test_a14_an_administrator_who_is_only_invited_does_not_count(self, office: Any) -> None:
        await office.administrator.made(f"/firms/{office.firm_id}/staff", {**NORA, "role": "administrator"})

        answer = await office.administrator.post(place(office, await own_place(office)) + "/removal", GONE)

        assert refusal(answer) == (409, "last_administrator", "A14")

    async def test_a14_two_administrators_who_demote_each_other_leave_one(self, world: Any, office: Any) -> None:
        for _ in range(3):
            other, other_id = await second_administrator(world, office)
            mine = await own_place(office)
            body = {"role": "accountant"}

            answers = await asyncio.gather(
                office.administrator.call("PATCH", place(office, other_id), body, If_Match="*"),
                other.call("PATCH", place(office, mine), body, If_Match="*"),
            )

            assert sorted(answer.status_code for answer in answers) == [200, 403]
            if answers[1].status_code == 200:
                await other.call("PATCH", place(office, mine), {"role": "administrator"}, If_Match="*")
                await office.administrator.call("PATCH", place(office, other_id), body, If_Match="*")

    async def test_a14_two_administrators_who_leave_at_the_same_moment_leave_one(self, world: Any, office: Any) -> None:
        other, other_id = await second_administrator(world, office)
        mine = await own_place(office)

        answers = await asyncio.gather(
            office.administrator.post(place(office, mine) + "/removal", GONE),
            other.post(place(office, other_id) + "/removal", GONE),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]

    async def test_a14_a_dossier_is_never_handed_to_somebody_who_is_being_removed(
        self, world: Any, office: Any
    ) -> None:
        dossier = await world.dossier(office)
        for _ in range(4):
            _, heir_id = await world.colleague(office.firm_id, office.administrator)
            handover = {"membership_id": heir_id, "reason": "Congé"}

            handed, removed = await asyncio.gather(
                office.administrator.call("PUT", dossier.path + "/manager", handover),
                office.administrator.post(place(office, heir_id) + "/removal", GONE),
            )

            assert (handed.status_code, removed.status_code) in {(204, 409), (404, 200)}
            manager = {"membership_id": office.accountant_id, "reason": "Retour"}
            await office.administrator.call("PUT", dossier.path + "/manager", manager)

    async def test_a_removal_needs_a_reason_and_happens_once(self, world: Any, office: Any) -> None:
        path = place(office) + "/removal"

        wrong = [await office.administrator.post(path, body) for body in ({}, {"reason": " "}, {"reason": "\u0007"})]
        done = [await office.administrator.post(path, GONE) for _ in range(2)]

        assert [answer.status_code for answer in wrong] == [422] * 3
        assert [answer.status_code for answer in done] == [200, 404]
        assert len(await world.harness.said(StaffRemoved)) == 1
