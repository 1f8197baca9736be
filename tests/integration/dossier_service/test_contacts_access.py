"""A contact's access over HTTP, as document 004 gives it: the form, save and send, what it shows afterwards (K2)."""

import asyncio
from typing import Any

from event_contracts.dossier import GrantChanged, GrantOffered, SignInInformationRequested
from event_contracts.firms import NoticeIssued
from service_kit.ids import new_id

CODE = "8005551"
EMAIL = "mireille.couture@hervedavid.com"
SAVED = {"contact_confirmed": True}


def refusal(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["rule"]


def fields(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["rule"]) for error in answer.json()["errors"]]


class TestGiving:
    async def test_k2_the_form_is_filled_in_and_afterwards_shows_the_access(self, world: Any, company: Any) -> None:
        access = await company.contact()
        form = await company.page(access)
        given = await company.manager.post(access, {**SAVED, "user_name": form["user_name"], "custom_text": "Bonjour"})
        afterwards = await company.manager.get(access)
        (offered,) = await world.harness.said(GrantOffered)

        assert (form["kind_of_user"], form["role"], form["right"]) == ("client_contact", "client", "write")
        assert (form["user_name"], form["email"], form["phone"]) == (CODE + "001", EMAIL, "+15145550134")
        assert (form["grant"], form["etag"], form["networks"], form["branch"]) == (None, None, [], None)
        assert (given.status_code, given.headers["etag"]) == (201, '"1"')
        assert given.json() == afterwards.json()
        shown = afterwards.json()
        assert (shown["user_name"], shown["grant"]["state"], shown["grant"]["right"]) == (
            CODE + "001",
            "offered",
            "write",
        )
        assert (shown["grant"]["offered_to"], shown["grant"]["resend"]["possible"]) == (EMAIL, True)
        assert str(offered.grant_id) == shown["grant"]["id"]
        # The proposal sent back is no wish: identity counts on when another firm's contact has the name (I3).
        assert (offered.client_code, offered.user_name, offered.role) == (CODE, None, "client")
        assert (offered.person.given_name, offered.person.family_name) == ("Mireille", "Couture")
        assert (offered.person.email, offered.person.phone) == (EMAIL, "+15145550134")
        assert (offered.person.language, offered.custom_text, offered.right) == ("nl", "Bonjour", "write")

    async def test_a9_the_role_is_client_whatever_is_asked(self, world: Any, company: Any) -> None:
        access = await company.contact()
        planned = await company.manager.post(access + "?dry_run=true", {**SAVED, "role": "holder"})
        given = await company.manager.made(access, {**SAVED, "role": "administrator"})
        changed = await company.manager.call("PATCH", access, {"role": "holder", "right": "read"}, If_Match="*")
        (row,) = await world.rows("SELECT role FROM person WHERE contact_id IS NOT NULL")
        (offered,) = await world.harness.said(GrantOffered)

        assert [mail["variant"] for mail in planned.json()["mails"]] == ["invitation", "notice"]
        assert (given["role"], changed.json()["role"], row["role"], offered.role) == ("client",) * 4

    async def test_i3_each_contact_is_proposed_the_next_number(self, world: Any, company: Any) -> None:
        first = await company.contact()
        grant = (await company.manager.made(first, SAVED))["grant"]
        second = await company.contact(email="second@hervedavid.com")
        waiting = await company.page(second)
        await company.manager.made(second, {**SAVED, "user_name": "8OO555L003"})
        third = await company.page(await company.contact(email="third@hervedavid.com"))
        await world.joins(grant["id"], world.somebody())
        shown = await company.page(first)
        (_, wished) = await world.harness.said(GrantOffered)

        assert waiting["user_name"] == CODE + "002"
        assert (wished.user_name, (await company.page(second))["user_name"]) == ("8oo555l003", "8oo555l003")
        assert third["user_name"] == CODE + "002"
        assert shown["user_name"] == shown["grant"]["user_name"] == "lea.dupont"

    async def test_i3_a_name_that_cannot_be_one_is_refused(self, company: Any) -> None:
        access = await company.contact()

        for typed in ("", "ab", "Mireille Couture", "x" * 65, "mireille\r\n"):
            answer = await company.manager.post(access, {**SAVED, "user_name": typed})
            assert (answer.status_code, typed) == (422 if typed != "mireille\r\n" else 201, typed)
            if answer.status_code == 422:
                assert fields(answer) == [("user_name", "I3")]

    async def test_k2_a_phone_is_optional_and_what_is_corrected_is_kept(self, world: Any, company: Any) -> None:
        access = await company.contact(email=None, mobile=None, phone="521 1224 6321")
        form = await company.page(access)
        missing = await company.manager.post(access, SAVED)
        unconfirmed = await company.manager.post(access, {"email": EMAIL})
        malformed = await company.manager.post(access, {**SAVED, "email": EMAIL, "phone": "0470 12 34 56"})
        await company.manager.made(access, {**SAVED, "email": f" {EMAIL.upper()}"})
        without = (await company.manager.get(company.contact_path)).json()
        (offered,) = await world.harness.said(GrantOffered)
        other = await company.contact(email="b@hervedavid.com", mobile=None, phone="521 1224 6321")
        await company.manager.made(other, {**SAVED, "phone": "+32 470 12 34 56"})
        with_phone = (await company.manager.get(company.contact_path)).json()

        assert (form["email"], form["phone"]) == (None, None)
        assert (fields(missing), fields(unconfirmed)) == ([("email", "A3")], [("contact_confirmed", "A3")])
        assert fields(malformed) == [("phone", "A3")]
        assert (offered.person.email, offered.person.phone) == (EMAIL, None)
        assert (without["email"], without["phone"], without["etag"]) == (EMAIL, "521 1224 6321", '"2"')
        assert (with_phone["mobile"], with_phone["phone"]) == ("+32470123456", "521 1224 6321")

    async def test_a1_only_the_manager_gives_sees_and_changes_it(self, world: Any, company: Any) -> None:
        access = await company.contact()
        contact = await company.joined(access)
        helper, membership_id = await world.colleague(company.office.firm_id, company.office.administrator)
        await company.manager.call("PUT", f"{company.dossier}/team/{membership_id}")
        answers = []
        for who in (helper, company.office.administrator, contact):
            answers += [await who.get(access), await who.post(access, SAVED)]
            answers.append(await who.call("PATCH", access, {"right": "read"}, If_Match="*"))

        assert {refusal(answer) for answer in answers} == {(403, "manager_only", "A1")}

    async def test_a13_a_contact_of_another_client_or_firm_is_unknown(
        self, world: Any, company: Any, person: Any
    ) -> None:
        access = await company.contact()
        another = person(kind="company", company_name="Point SA")
        firm = f"/firms/{company.office.firm_id}/clients"
        other = await company.manager.made(firm, another)
        stranger = await company.manager.made(f"{firm}/{other['id']}/contacts", {"name": "Roger Point"})
        neighbour = await world.office("Cabinet Voisin")
        removed = await company.contact(email="removed@hervedavid.com")
        await company.manager.call("DELETE", company.contact_path)
        paths = [f"{company.dossier}/contacts/{one}/access" for one in (stranger["id"], new_id())]
        answers = []
        for who, path in [(company.manager, path) for path in (*paths, removed)] + [(neighbour.accountant, access)]:
            answers += [await who.get(path), await who.post(path, {**SAVED, "email": EMAIL})]
            answers.append(await who.call("PATCH", path, {"right": "read"}, If_Match="*"))

        assert {refusal(answer) for answer in answers} == {(404, "not_found", "A13")}
        assert len({answer.json()["detail"] for answer in answers}) == 1

    async def test_a10_one_live_grant_and_one_person_whatever_happens_at_once(self, world: Any, company: Any) -> None:
        access = await company.contact()
        answers = await asyncio.gather(*(company.manager.post(access, SAVED) for _ in range(5)))
        again = await company.manager.post(access, SAVED)
        grant = (await company.page(access))["grant"]
        await company.manager.post(f"{company.dossier}/grants/{grant['id']}/withdraw")
        ended = await company.page(access)
        anew = await company.manager.post(access, {**SAVED, "right": "read"})

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
        assert refusal(again) == (409, "grant_exists", "A10")
        assert (ended["grant"]["state"], ended["etag"], ended["user_name"]) == ("withdrawn", None, CODE + "001")
        assert (anew.status_code, anew.json()["grant"]["right"]) == (201, "read")
        assert len(await world.rows("SELECT id FROM person WHERE contact_id IS NOT NULL")) == 1

    async def test_who_saw_an_earlier_access_does_not_change_the_one_given_since(self, company: Any) -> None:
        access = await company.contact()
        seen = (await company.manager.made(access, SAVED))["etag"]
        grant = (await company.page(access))["grant"]
        await company.manager.post(f"{company.dossier}/grants/{grant['id']}/withdraw")
        await company.manager.made(access, {**SAVED, "networks": ["10.0.0.0/8"]})
        stale = await company.manager.call("PATCH", access, {"networks": []}, If_Match=seen)
        corrected = (await company.page(access))["etag"]
        moved = {**SAVED, "email": "moved@hervedavid.com"}
        await company.manager.call("PATCH", company.contact_path, moved, If_Match="*")
        overtaken = await company.manager.call("PATCH", access, {"networks": []}, If_Match=corrected)

        assert (stale.status_code, overtaken.status_code) == (412, 412)
        assert (await company.page(access))["networks"] == ["10.0.0.0/8"]

    async def test_i2_a1_one_address_is_one_person_and_never_the_givers_own(self, world: Any, company: Any) -> None:
        await company.manager.made(await company.contact(), SAVED)
        own = await company.manager.get(f"/firms/{company.office.firm_id}/staff/{company.office.accountant_id}")
        (row,) = await world.rows("SELECT email FROM membership WHERE id = :id", id=own.json()["id"])
        same = await company.manager.post(await company.contact(), SAVED)
        oneself = await company.manager.post(await company.contact(email=row["email"]), SAVED)

        assert refusal(same) == (409, "address_in_use", "I2")
        assert refusal(oneself) == (409, "grant_to_oneself", "A1")

    async def test_a9_the_tree_gives_no_contact_access(self, world: Any, company: Any) -> None:
        access = await company.contact()
        grant = (await company.manager.made(access, SAVED))["grant"]
        await company.manager.post(f"{company.dossier}/grants/{grant['id']}/withdraw")
        (row,) = await world.rows("SELECT id FROM person WHERE contact_id IS NOT NULL")
        body = {"person_id": str(row["id"]), "right": "write", "contact_confirmed": True}

        answer = await company.manager.post(company.dossier + "/grants", body)

        assert refusal(answer) == (409, "contact_access", "A9")

    async def test_m3_a_contact_of_one_name_is_called_by_it(self, world: Any, company: Any) -> None:
        access = await company.contact(name="Cher")

        plan = (await company.manager.post(access + "?dry_run=true", SAVED)).json()
        await company.joined(access)

        assert {mail["recipient"]["name"] for mail in plan["mails"]} == {"Cher"}
        said = await world.harness.said(NoticeIssued)
        assert {line.person_name for notice in said for line in notice.lines} == {"Cher"}

    async def test_m3_a_dry_run_says_it_all_and_keeps_nothing(self, world: Any, company: Any) -> None:
        access = await company.contact()
        tables = ("access_grant", "person", "journal", "outbox", "contact")
        before = [await world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables]

        plan = await company.manager.post(access + "?dry_run=true", {**SAVED, "email": "other@hervedavid.com"})

        assert plan.status_code == 200, plan.text
        assert [mail["recipient"]["email"] for mail in plan.json()["mails"]] == ["other@hervedavid.com"] * 2
        assert plan.json()["mails"][0]["preview"]["parameters"]["user_name"] == CODE + "001"
        assert [await world.rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables] == before
        same = [await company.manager.post(access, SAVED, Idempotency_Key="k-1") for _ in range(2)]
        assert same[0].text == same[1].text
        assert len(await world.harness.said(GrantOffered)) == 1

    async def test_i3_the_summary_shows_the_code_that_the_form_proposes(self, company: Any) -> None:
        await company.manager.made(await company.contact(), SAVED)
        second = await company.contact(email="second@hervedavid.com")

        plan = (await company.manager.post(second + "?dry_run=true", SAVED)).json()

        proposed = (await company.page(second))["user_name"]
        assert plan["mails"][0]["preview"]["parameters"]["user_name"] == proposed == CODE + "002"


class TestAfterwards:
    async def test_k2_the_envelope_sends_the_sign_in_information_again(self, world: Any, company: Any) -> None:
        access = await company.contact()
        grant = (await company.manager.made(access, SAVED))["grant"]
        path = f"{company.dossier}/grants/{grant['id']}/resend"

        answers = [(await company.manager.post(path)).status_code for _ in range(4)]

        asked = await world.harness.said(SignInInformationRequested)
        assert answers == [202, 202, 202, 429]
        assert {str(one.offer_id) for one in asked} == {grant["id"]}
        resend = (await company.page(access))["grant"]["resend"]
        assert (resend["possible"], resend["rule"]) == (False, "I7")

    async def test_a1_right_and_limits_change_under_if_match_and_are_journaled(self, world: Any, company: Any) -> None:
        branches = f"/firms/{company.office.firm_id}/branches"
        branch = await company.office.administrator.made(branches, {"name": "Actif Montréal"})
        access = await company.contact()
        await company.joined(access)
        limits = {"networks": ["2001:db8::/32", "203.0.113.7"], "branch_id": branch["id"]}
        unseen = await company.manager.call("PATCH", access, limits)
        outdated = await company.manager.call("PATCH", access, limits, If_Match='"1"')
        limited = await company.manager.call("PATCH", access, limits, If_Match='"2"')
        same = await company.manager.call("PATCH", access, {**limits, "right": "write"}, If_Match='"3"')
        read = await company.manager.call("PATCH", access, {"right": "read"}, If_Match='"3"')
        free = await company.manager.call("PATCH", access, {"networks": [], "branch_id": None}, If_Match='"4"')
        facts = await world.rows("SELECT action, details FROM journal WHERE rule = 'A9' AND subject_kind = 'grant'")

        assert [answer.status_code for answer in (unseen, outdated, limited, same, read, free)] == [
            428,
            412,
            200,
            200,
            200,
            200,
        ]
        shown = limited.json()
        assert shown["networks"] == ["203.0.113.7", "2001:db8::/32"]
        assert shown["branch"] == {"id": branch["id"], "name": "Actif Montréal"}
        assert (same.headers["etag"], read.json()["networks"]) == ('"3"', shown["networks"])
        assert (free.json()["networks"], free.json()["branch"], free.json()["right"]) == ([], None, "read")
        assert [fact["action"] for fact in facts] == ["grant_limited"] * 2
        assert facts[0]["details"] == {"networks": "203.0.113.7,2001:db8::/32", "branch": branch["id"]}
        assert facts[1]["details"] == {
            "previous_networks": "203.0.113.7,2001:db8::/32",
            "previous_branch": branch["id"],
        }
        assert [event.right for event in await world.harness.said(GrantChanged)] == ["read"]

    async def test_a12_a_holder_hears_of_other_limits(self, world: Any, company: Any, person: Any) -> None:
        holder = await company.manager.made(company.dossier + "/people", {**person(), "role": "holder"})
        body = {"person_id": holder["id"], "right": "write", "contact_confirmed": True}
        grant = await company.manager.made(company.dossier + "/grants", body)
        who = world.somebody()
        await world.joins(grant["id"], who)
        access = await company.contact()
        await company.manager.made(access, SAVED)
        before = len(await world.harness.said(NoticeIssued))

        await company.manager.call("PATCH", access, {"networks": ["203.0.113.7"]}, If_Match="*")

        (told,) = (await world.harness.said(NoticeIssued))[before:]
        assert (told.account_id, told.lines[0].kind, told.lines[0].previous_right) == (who.account_id, "changed", None)

    async def test_i3_the_user_code_is_fixed(self, company: Any) -> None:
        access = await company.contact()
        none = await company.manager.call("PATCH", access, {"right": "read"}, If_Match="*")
        await company.manager.made(access, {**SAVED, "user_name": "mireille"})
        another = await company.manager.call("PATCH", access, {"user_name": "roger"}, If_Match="*")
        same = await company.manager.call("PATCH", access, {"user_name": "mireille"}, If_Match="*")

        assert refusal(none) == (409, "no_access", "A10")
        assert refusal(another) == (409, "user_name_fixed", "I3")
        assert (same.status_code, same.json()["user_name"], same.headers["etag"]) == (200, "mireille", '"1"')
