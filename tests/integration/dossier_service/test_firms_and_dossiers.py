"""Firms, staff, clients and dossiers over HTTP: who may what (A1, A14), and who sees what was made."""

from typing import Any

import pytest
from event_contracts.firms import StaffInvited

STAFF = {"given_name": "Nora", "family_name": "New", "email": "Nora@Firm.example", "phone": "+32470000003"}


class TestStaff:
    async def test_a14_an_administrator_invites_and_identity_hears_of_it(self, world: Any) -> None:
        office = await world.office("Cabinet Dupont")

        await office.administrator.made(f"/firms/{office.firm_id}/staff", {**STAFF, "language": "nl"})

        invited = (await world.harness.said(StaffInvited))[-1]
        assert (invited.person.email, invited.person.language, invited.role) == (
            "nora@firm.example",
            "nl",
            "accountant",
        )
        assert (invited.firm.name, invited.invited_by) == ("Cabinet Dupont", "Anne Admin")
        assert [offset.days for offset in invited.policy.offsets] == [7, 30]

    async def test_a14_an_accountant_invites_nobody(self, world: Any) -> None:
        office = await world.office()

        answer = await office.accountant.post(f"/firms/{office.firm_id}/staff", STAFF)

        assert (answer.status_code, answer.json()["rule"]) == (403, "A14")

    @pytest.mark.parametrize("field", ["phone", "email"])
    async def test_a3_a14_staff_need_address_and_phone(self, world: Any, field: str) -> None:
        office = await world.office()
        body = {name: value for name, value in STAFF.items() if name != field}

        answer = await office.administrator.post(f"/firms/{office.firm_id}/staff", body)

        assert answer.status_code == 422
        assert [(error["field"], error["rule"]) for error in answer.json()["errors"]] == [(field, "A3")]

    async def test_i2_one_address_is_invited_once_whatever_its_spelling(self, world: Any) -> None:
        office = await world.office()
        await office.administrator.made(f"/firms/{office.firm_id}/staff", STAFF)

        answer = await office.administrator.post(
            f"/firms/{office.firm_id}/staff", {**STAFF, "email": " NORA@firm.EXAMPLE"}
        )

        assert (answer.status_code, answer.json()["rule"]) == (409, "I2")

    async def test_colleagues_see_names_and_administrators_contact_data_too(self, world: Any) -> None:
        office = await world.office()

        for_accountant = (await office.accountant.get(f"/firms/{office.firm_id}/staff")).json()["items"]
        for_administrator = (await office.administrator.get(f"/firms/{office.firm_id}/staff")).json()["items"]

        assert [one["given_name"] for one in for_accountant] == ["Anne", "Marc"]
        assert all(one["email"] is None for one in for_accountant)
        assert all(one["email"] for one in for_administrator)

    async def test_everybody_finds_the_firms_they_work_for(self, world: Any) -> None:
        office = await world.office("Cabinet Un")
        membership = (await office.accountant.get("/firms")).json()["items"]

        assert [(one["name"], one["role"], one["membership_id"]) for one in membership] == [
            ("Cabinet Un", "accountant", office.accountant_id)
        ]
        assert (await world.somebody().get("/firms")).json()["items"] == []


class TestClients:
    async def test_c4_creating_a_client_invites_nobody(self, world: Any, person: Any) -> None:
        office = await world.office()
        said = await world.harness.said_types()

        client = await office.accountant.made(f"/firms/{office.firm_id}/clients", person(email="LÉA@exämple.com"))

        assert client["email"] == "léa@xn--exmple-cua.com"
        assert await world.harness.said_types() == said

    async def test_a_company_has_a_name_and_a_person_has_none(self, world: Any, person: Any) -> None:
        office = await world.office()
        path = f"/firms/{office.firm_id}/clients"

        company = await office.accountant.made(path, person(kind="company", company_name="Dupont SA"))
        nameless = await office.accountant.post(path, person(kind="company"))
        named = await office.accountant.post(path, person(company_name="Dupont SA"))

        assert company["name"] == "Dupont SA"
        assert (nameless.status_code, named.status_code) == (422, 422)

    async def test_c1_name_address_and_language_are_needed(self, world: Any, person: Any) -> None:
        office = await world.office()
        for field in ("given_name", "family_name", "email", "language"):
            body = {name: value for name, value in person().items() if name != field}

            answer = await office.accountant.post(f"/firms/{office.firm_id}/clients", body)

            assert [error["field"] for error in answer.json()["errors"]] == [field]


class TestDossiers:
    async def test_a_dossier_has_its_creator_as_manager_and_its_client_as_holder(self, world: Any, person: Any) -> None:
        office = await world.office()
        client = await office.accountant.made(f"/firms/{office.firm_id}/clients", person())

        opened = await office.accountant.made(f"/firms/{office.firm_id}/dossiers", {"client_id": client["id"]})

        assert (opened["name"], opened["party"], opened["analysis"]) == ("Léa Dupont", "manager", "individual")
        assert opened["manager"]["id"] == office.accountant_id
        people = (await office.accountant.get(f"/dossiers/{opened['id']}/rights")).json()["people"]
        assert [(one["role"], one["email"]) for one in people] == [("holder", client["email"])]

    async def test_a_company_dossier_starts_without_holder_and_a_joint_one_with_both(
        self, world: Any, person: Any
    ) -> None:
        office = await world.office()
        path = f"/firms/{office.firm_id}"
        company = person(kind="company", company_name="Dupont SA")
        client = await office.accountant.made(path + "/clients", company)
        empty = await office.accountant.made(path + "/dossiers", {"client_id": client["id"]})
        central = {"given_name": "Jo", "family_name": "Dupont"}

        joint = await office.accountant.made(
            path + "/dossiers",
            {"client_id": client["id"], "name": "Famille", "holder": central, "co_holder": central},
        )

        assert (await office.accountant.get(f"/dossiers/{empty['id']}/rights")).json()["people"] == []
        assert (joint["name"], joint["analysis"]) == ("Famille", "joint")

    async def test_a14_creator_and_named_manager_see_a_new_dossier_and_nobody_else(
        self, world: Any, person: Any
    ) -> None:
        office = await world.office()
        boss, boss_id = await world.colleague(office.firm_id, office.administrator)
        client = await office.accountant.made(f"/firms/{office.firm_id}/clients", person())
        body = {"client_id": client["id"], "manager_id": boss_id}

        opened = await office.accountant.made(f"/firms/{office.firm_id}/dossiers", body)

        assert opened["party"] == "team"
        assert (await boss.get(f"/dossiers/{opened['id']}")).json()["party"] == "manager"
        assert [one["id"] for one in (await boss.get(f"/firms/{office.firm_id}/clients")).json()["items"]] == [
            client["id"]
        ]
        assert (await office.administrator.get(f"/dossiers/{opened['id']}")).json()["rule"] == "A14"

    async def test_a14_the_manager_adds_and_removes_team_members_and_nobody_else_does(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        helper, helper_id = await world.colleague(office.firm_id, office.administrator)
        path = f"{dossier.path}/team/{helper_id}"

        added = [await office.accountant.call("PUT", path) for _ in range(2)]
        as_helper = (await helper.get(dossier.path)).json()
        by_helper = await helper.call("DELETE", path)
        by_administrator = await office.administrator.call("DELETE", path)
        removed = [await office.accountant.call("DELETE", path) for _ in range(2)]

        assert [answer.status_code for answer in added + removed] == [204] * 4
        assert (as_helper["party"], [one["id"] for one in as_helper["team"]]) == ("team", [helper_id])
        assert [(answer.status_code, answer.json()["rule"]) for answer in (by_helper, by_administrator)] == [
            (403, "A14")
        ] * 2
        assert (await helper.get(dossier.path)).status_code == 404

    async def test_a1_team_members_administrators_and_family_do_not_manage_access(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        helper, helper_id = await world.colleague(office.firm_id, office.administrator)
        await office.accountant.call("PUT", f"{dossier.path}/team/{helper_id}")
        child, _ = await world.granted(office, dossier, dossier.child_id)
        grant = {"person_id": dossier.holder_id, "right": "read", "contact_confirmed": True}

        for who in (helper, office.administrator, child):
            answer = await who.post(dossier.path + "/grants", grant)

            assert (answer.status_code, answer.json()["rule"]) == (403, "A1")

    async def test_a1_an_administrator_hands_a_dossier_over_and_it_is_journaled(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        heir, heir_id = await world.colleague(office.firm_id, office.administrator)
        handover = {"membership_id": heir_id, "reason": "Marc est en congé"}

        by_heir = await heir.call("PUT", dossier.path + "/manager", handover)
        done = await office.administrator.call("PUT", dossier.path + "/manager", handover)
        entry = (await heir.get(dossier.path + "/journal")).json()["items"][0]

        assert (by_heir.status_code, done.status_code) == (404, 204)
        assert (await heir.get(dossier.path)).json()["party"] == "manager"
        assert (await office.accountant.get(dossier.path)).json()["party"] == "team"
        assert (entry["action"], entry["rule"], entry["reason"]) == ("dossier_handed_over", "A1", "Marc est en congé")

    async def test_outside_parties_see_the_cover_without_client_and_team(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)

        cover = (await holder.get(dossier.path)).json()

        assert (cover["party"], cover["right"], cover["client_id"], cover["team"]) == ("holder", "write", None, [])

    async def test_a10_a_dossier_that_is_about_to_open_is_listed_as_being_opened(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)
        person = world.somebody()
        await world.told(world.linked(grant["id"], person.account_id))

        (mine,) = (await person.get("/my/dossiers")).json()["items"]

        assert (mine["id"], mine["state"], mine["party"]) == (dossier.id, "being_opened", "holder")
        assert (await person.get(dossier.path)).status_code == 404
