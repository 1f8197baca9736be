"""What a person can open, asked by the firm and by themselves (A11), and a holder's journal (A12)."""

from typing import Any
from urllib.parse import quote

import pytest
from service_kit.ids import new_id
from sqlalchemy import text


async def opened(who: Any, path: str) -> list[dict[str, Any]]:
    answer = await who.get(path)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def clock(world: Any) -> str:
    (row,) = await world.rows("SELECT app_now() AS now")
    return quote(row["now"].isoformat())


def of(office: Any, account_id: Any) -> str:
    return f"/firms/{office.firm_id}/accounts/{account_id}/access"


class TestWhat:
    async def test_a11_an_administrator_is_told_all_and_an_accountant_their_own(self, world: Any) -> None:
        office = await world.office()
        first, second = await world.dossier(office), await world.dossier(office)
        person, grant = await world.granted(office, first, first.child_id, "read")
        other, other_id = await world.colleague(office.firm_id, office.administrator)
        body = {"person_id": second.child_id, "right": "write", "contact_confirmed": True}
        await world.joins((await office.accountant.made(second.path + "/grants", body))["id"], person)
        handover = {"membership_id": other_id, "reason": "holiday"}
        await office.accountant.call("PUT", second.path + "/manager", handover)
        await other.call("DELETE", f"{second.path}/team/{office.accountant_id}")

        by_administrator = await opened(office.administrator, of(office, person.account_id))
        by_accountant = await opened(office.accountant, of(office, person.account_id))

        assert [one["dossier_id"] for one in by_administrator] == sorted([first.id, second.id])
        (own,) = by_accountant
        assert (own["dossier_id"], own["firm_name"], own["staff"]) == (first.id, "Cabinet Dupont", [])
        assert [(one["grant_id"], one["right"]) for one in own["grants"]] == [(grant["id"], "read")]

    async def test_a11_staff_open_what_they_manage_and_help_with(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        (found,) = await opened(office.administrator, of(office, office.accountant.account_id))

        assert (found["dossier_id"], found["grants"]) == (dossier.id, [])
        assert [(one["party"], one["membership_id"]) for one in found["staff"]] == [("manager", office.accountant_id)]

    async def test_a11_the_past_of_somebody_who_opens_nothing_any_more(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        person, grant = await world.granted(office, dossier, dossier.child_id)
        moment = await clock(world)
        await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")

        now = await opened(office.accountant, of(office, person.account_id))
        then = await opened(office.accountant, of(office, person.account_id) + f"?at={moment}")
        own_then = await opened(person, f"/my/access?at={moment}")

        assert (now, len(then)) == ([], 1)
        assert [one["grant_id"] for one in then[0]["grants"]] == [grant["id"]]
        assert own_then == [{**then[0], "grants": [{**then[0]["grants"][0], "networks": None}]}]

    async def test_a11_a_manager_s_past_is_found_though_they_have_nothing_to_do_with_it_now(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        other, other_id = await world.colleague(office.firm_id, office.administrator)
        first = await clock(world)
        await office.accountant.call("PUT", dossier.path + "/manager", {"membership_id": other_id, "reason": "holiday"})
        second = await clock(world)
        await other.call("DELETE", f"{dossier.path}/team/{office.accountant_id}")
        path = of(office, office.accountant.account_id)

        parties = [
            [one["party"] for item in await opened(office.administrator, path + when) for one in item["staff"]]
            for when in (f"?at={first}", f"?at={second}", "")
        ]

        assert parties == [["manager"], ["team"], []]

    async def test_a14_who_left_the_staff_is_told_nothing_of_it_themselves(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        other, other_id = await world.colleague(office.firm_id, office.administrator)
        await office.accountant.call("PUT", f"{dossier.path}/team/{other_id}")
        moment = await clock(world)
        removal = {"reason": "left"}
        removed = await office.administrator.post(f"/firms/{office.firm_id}/staff/{other_id}/removal", removal)

        own = await opened(other, f"/my/access?at={moment}")
        by_firm = await opened(office.administrator, of(office, other.account_id) + f"?at={moment}")

        assert removed.status_code in {200, 204}
        assert (own, [one["dossier_id"] for one in by_firm]) == ([], [dossier.id])

    async def test_a13_who_never_had_anything_to_do_with_it_is_unknown(self, world: Any) -> None:
        office, elsewhere = await world.office(), await world.office("Cabinet Durand")
        dossier = await world.dossier(elsewhere)
        person, _ = await world.granted(elsewhere, dossier, dossier.child_id)
        other, _ = await world.colleague(elsewhere.firm_id, elsewhere.administrator)

        answers = [
            await office.administrator.get(of(office, person.account_id)),
            await office.administrator.get(of(office, new_id())),
            await office.administrator.get(of(elsewhere, person.account_id)),
            await other.get(of(elsewhere, person.account_id)),
            await person.get(of(elsewhere, person.account_id)),
        ]

        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}

    async def test_it_comes_in_pages_without_gaps(self, world: Any) -> None:
        office = await world.office()
        dossiers = sorted([(await world.dossier(office)).id for _ in range(3)])
        moment = await clock(world)

        for when in ("", f"&at={moment}"):
            found, after = [], ""
            while True:
                page = (await office.accountant.get(f"/my/access?limit=2{when}{after}")).json()
                found += [one["dossier_id"] for one in page["items"]]
                if page["next"] is None:
                    break
                after = f"&cursor={page['next']}"
            assert found == dossiers

    async def test_a9_one_s_own_access_says_whether_it_opens_from_here(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        person, grant = await world.granted(office, dossier, dossier.child_id)
        async with world.harness.transaction() as uow:
            await uow.session.execute(text("UPDATE access_grant SET networks = '{192.0.2.0/24}'"))

        inside = (await person.call("GET", "/my/access", X_Forwarded_For="::ffff:192.0.2.8")).json()["items"]
        outside = (await person.call("GET", "/my/access", X_Forwarded_For="192.0.3.8")).json()["items"]

        (here,), (there,) = inside[0]["grants"], outside[0]["grants"]
        assert (here["grant_id"], here["limited"], here["networks"], here["hindrances"]) == (
            grant["id"],
            True,
            None,
            [],
        )
        assert [(one["hindrance"], one["rule"]) for one in there["hindrances"]] == [("address", "A9")]

    async def test_one_statement_more_or_less_whatever_the_number_of_dossiers(self, world: Any) -> None:
        office = await world.office()
        await world.dossier(office)
        with world.statements() as few:
            await opened(office.accountant, "/my/access")
        for _ in range(4):
            await world.dossier(office)
        with world.statements() as many:
            await opened(office.accountant, "/my/access")

        assert len(many) == len(few)


class TestHoldersJournal:
    async def test_a12_a_holder_reads_of_access_and_people_without_others_words(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, own = await world.granted(office, dossier, dossier.holder_id)
        _, grant = await world.granted(office, dossier, dossier.child_id)
        withdrawal = {"reason": "the child moved out"}
        await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw", withdrawal)

        whole = (await office.accountant.get(dossier.path + "/journal")).json()["items"]
        read = (await holder.get(dossier.path + "/journal")).json()["items"]

        assert [one["id"] for one in read] == [one["id"] for one in whole]
        assert {one["correlation_id"] for one in read} == {None}
        assert (whole[0]["action"], whole[0]["reason"]) == ("grant_withdrawn", "the child moved out")
        assert (read[0]["action"], read[0]["reason"]) == ("grant_withdrawn", None)
        offered = next(one for one in read if one["action"] == "grant_offered" and one["subject_id"] == own["id"])
        assert offered["details"]["right"] == "write"
        assert "new_address" not in offered["details"]

    async def test_a12_a_reason_that_is_about_the_holder_is_theirs_to_read(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        out = f"/firms/{office.firm_id}/portal-users/{holder.account_id}"
        await office.administrator.post(out + "/deactivation", {"reason": "a dispute"})
        await office.administrator.post(out + "/reactivation", {"reason": "settled"})

        read = (await holder.get(dossier.path + "/journal")).json()["items"]

        assert [one["reason"] for one in read if one["action"].startswith("portal_user_")] == ["settled", "a dispute"]

    async def test_a12_what_is_written_in_its_sections_is_not_in_it(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        path, note = f"{dossier.path}/sections/family-structure", {"note": "as told by phone"}
        written = await office.accountant.call("PUT", path, note, If_Match="*")

        whole = (await office.accountant.get(dossier.path + "/journal")).json()["items"]
        read = (await holder.get(dossier.path + "/journal?limit=1")).json()["items"]

        assert written.status_code == 200, written.text
        assert whole[0]["action"].startswith("family_structure")
        assert [one["id"] for one in read] == [whole[1]["id"]]

    @pytest.mark.parametrize(("who", "rule"), [("child", "A12"), ("administrator", "A14")])
    async def test_a12_others_do_not_read_it(self, world: Any, who: str, rule: str) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, _ = await world.granted(office, dossier, dossier.child_id)
        caller = {"child": child, "administrator": office.administrator}[who]

        answer = await caller.get(dossier.path + "/journal")

        assert (answer.status_code, answer.json()["rule"]) == (403, rule)
