"""The client record over HTTP (A7): every party reads and writes what is its own of it, and no more."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from service_kit.ids import new_id

RECORD = "/sections/client-record"
HOME = {
    "line1": "Rue Haute 1",
    "line2": None,
    "city": "Bruxelles",
    "region": None,
    "postal_code": "1000",
    "country": "BE",
}
PERSONAL = {
    "birth_date": "1960-02-29",
    "birth_place": "Liège",
    "nationality": "BE",
    "postal_address": HOME,
    "mobile": "+32470123456",
    "profession": "Notaire",
    "note": "Deux enfants",
}
WRONG_PERSONAL = [
    ({"birth_date": "2999-01-01"}, "birth_date"),
    ({"birth_date": "1960-02-30"}, "birth_date"),
    ({"nationality": "ZZ"}, "nationality"),
    ({"postal_address": {**HOME, "country": "Belgique"}}, "postal_address.country"),
    ({"mobile": "0470"}, "mobile"),
    ({"profession": "a\nb"}, "profession"),
    ({"email": "a@b.example"}, "email"),
    ({"phone": "+32470123456"}, "phone"),
]


@dataclass
class Company:
    """A dossier of a client company, with branches of the firm and ways to let contacts in."""

    world: Any
    office: Any
    client: str
    path: str
    here: str
    there: str

    @property
    def record(self) -> str:
        return self.path + RECORD

    async def contact(self, **terms: Any) -> Any:
        """A contact with an active grant."""
        contacts = f"/firms/{self.office.firm_id}/clients/{self.client}/contacts"
        body = {"name": "Mireille Couture", "email": f"{new_id()}@hervedavid.example"}
        contact = await self.office.accountant.made(contacts, body)
        form = {"contact_confirmed": True, **terms}
        access = await self.office.accountant.made(f"{self.path}/contacts/{contact['id']}/access", form)
        somebody = self.world.somebody()
        await self.world.joins(access["grant"]["id"], somebody)
        return somebody


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    """Of a client who is a person, with a child in the tree."""
    return await world.dossier(office)


@pytest.fixture
async def company(world: Any, office: Any, person: Any) -> Company:
    firm = f"/firms/{office.firm_id}"
    branches = [await office.administrator.made(firm + "/branches", {"name": name}) for name in ("Montréal", "Québec")]
    body = person(kind="company", company_name="Hervé David", code="8005551", currency="CAD")
    client = await office.accountant.made(firm + "/clients", body)
    opened = await office.accountant.made(firm + "/dossiers", {"client_id": client["id"]})
    here, there = (branch["id"] for branch in branches)
    return Company(world, office, client["id"], f"/dossiers/{opened['id']}", here, there)


def said(answer: Any) -> tuple[int, str | None, list[str]]:
    """Status, rule and the fields that are named."""
    body = answer.json()
    return answer.status_code, body.get("rule"), [error["field"] for error in body.get("errors", [])]


class TestStaff:
    async def test_a7_manager_and_team_read_and_write_all_of_it(self, world: Any, office: Any, dossier: Any) -> None:
        helper, helper_id = await world.colleague(office.firm_id, office.administrator)
        await office.accountant.call("PUT", f"{dossier.path}/team/{helper_id}")
        for caller, code in ((office.accountant, "AAA"), (helper, "BBB")):
            seen = await caller.get(dossier.path + RECORD)
            client = seen.json()["client"]
            changes = {"code": code, "email": f"{code}@client.example", "postal_address": HOME}

            changed = await caller.call("PATCH", dossier.path + RECORD, changes, If_Match=seen.headers["etag"])
            written = await caller.call(
                "PUT", f"{dossier.path}{RECORD}/people/{dossier.child_id}", PERSONAL, If_Match="*"
            )

            assert seen.headers["etag"] == client["etag"]
            assert (changed.json()["code"], changed.json()["postal_address"]) == (code, HOME)
            assert (changed.headers["etag"], written.status_code) == (changed.json()["etag"], 200)
        people = (await helper.get(dossier.path + RECORD)).json()["people"]
        assert [(one["person_id"], one["birth_date"], one["etag"]) for one in people] == [
            (dossier.holder_id, None, '"0"'),
            (dossier.child_id, "1960-02-29", '"2"'),
        ]

    async def test_a14_administrators_outside_the_team_and_strangers_get_nothing(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        other = await world.office("Cabinet Voisin")
        for tail in ("", "/history", f"/people/{dossier.child_id}", f"/people/{dossier.child_id}/history"):
            inside = await office.administrator.get(dossier.path + RECORD + tail)
            foreign = await other.accountant.get(dossier.path + RECORD + tail)

            assert said(inside)[:2] == (403, "A14")
            assert said(foreign)[:2] == (404, "A13")

    async def test_one_record_serves_every_dossier_of_the_client(self, office: Any, dossier: Any) -> None:
        body = {"client_id": dossier.client_id, "name": "Second"}
        second = await office.accountant.made(f"/firms/{office.firm_id}/dossiers", body)
        await office.accountant.call("PATCH", dossier.path + RECORD, {"type": "Client"}, If_Match="*")

        seen = (await office.accountant.get(f"/dossiers/{second['id']}{RECORD}")).json()["client"]
        by_list = await office.accountant.get(f"/firms/{office.firm_id}/clients/{dossier.client_id}")

        assert (seen["type"], by_list.json()["etag"], seen["etag"]) == ("Client", '"2"', '"2"')


class TestContacts:
    async def test_a7_a_contact_keeps_the_own_company_right(self, company: Company) -> None:
        payer = await company.office.accountant.made(
            f"/firms/{company.office.firm_id}/clients",
            {"given_name": "A", "family_name": "B", "email": "a@b.example", "language": "fr"},
        )
        await company.office.accountant.call("PATCH", company.record, {"bill_to": payer["id"]}, If_Match="*")
        contact = await company.contact()
        seen = await contact.get(company.record)
        changes = {
            "postal_address": {**HOME, "country": "CA", "region": "QC"},
            "website": "https://www.hervedavid.example",
            "fax": "+1 514 555 0102",
            "enterprise_number": "1143920115",
            "customer_number": "F-7",
            "company_name": "Hervé David inc.",
        }

        changed = await contact.call("PATCH", company.record, changes, If_Match=seen.headers["etag"])
        stale = await contact.call("PATCH", company.record, {"fax": None}, If_Match=seen.headers["etag"])

        assert (seen.json()["people"], seen.json()["client"]["bill_to"]) == ([], None)
        assert changed.json()["name"] == "Hervé David inc."
        assert (changed.json()["fax"], changed.json()["bill_to"], stale.status_code) == ("+15145550102", None, 412)
        (entry, *_) = (await contact.get(company.record + "/history")).json()["items"]
        assert (entry["party"], entry["account_id"], entry["content"]["bill_to"]) == ("client", None, None)
        (full, *_) = (await company.office.accountant.get(company.record + "/history")).json()["items"]
        assert (full["account_id"], full["content"]["bill_to"]) == (str(contact.account_id), payer["id"])
        journal = (await company.office.accountant.get(company.path + "/journal")).json()["items"]
        assert next(one["details"]["fields"] for one in journal if one["action"] == "client_changed") == (
            "company_name,customer_number,enterprise_number,fax,postal_address,website"
        )

    async def test_a7_what_the_firm_says_of_its_client_is_named_and_refused(self, company: Company) -> None:
        contact = await company.contact()
        firms_own = {
            "code": "1",
            "status": "inactive",
            "currency": "EUR",
            "type": "x",
            "branch_id": company.here,
            "bill_to": str(new_id()),
            "language": "nl",
            "email": "other@hervedavid.example",
        }
        for field, value in firms_own.items():
            answer = await contact.call(
                "PATCH", company.record, {field: value, "website": "https://x.example"}, If_Match="*"
            )

            assert said(answer) == (403, "A7", [field])
        same = await contact.call("PATCH", company.record, {"code": "8005551", "currency": "CAD"}, If_Match="*")
        assert (same.status_code, same.json()["etag"], same.json()["website"]) == (200, '"1"', None)
        # Refused though nobody pays for this client: else the answer would tell whether somebody does (A13).
        unseen = await contact.call("PATCH", company.record, {"bill_to": None}, If_Match="*")
        assert said(unseen) == (403, "A7", ["bill_to"])

    async def test_a7_a_contact_with_read_reads(self, company: Company) -> None:
        contact = await company.contact(right="read")

        answer = await contact.call("PATCH", company.record, {"website": "https://x.example"}, If_Match="*")

        assert said(answer)[:2] == (403, "A7")
        assert (await contact.get(company.record)).json()["client"]["code"] == "8005551"

    async def test_a9_a_contact_of_one_branch_knows_no_company_of_another(self, company: Company) -> None:
        limited = await company.contact(branch_id=company.here)
        free = await company.contact()
        for branch, status in ((None, 200), (company.here, 200), (company.there, 404)):
            await company.office.accountant.call("PATCH", company.record, {"branch_id": branch}, If_Match="*")

            change = {"website": f"https://{status}-{branch}.example"}
            answers = [
                await limited.get(company.record),
                await limited.get(company.record + "/history"),
                await limited.call("PATCH", company.record, change, If_Match="*"),
            ]

            assert [answer.status_code for answer in answers] == [status] * 3
            assert (await free.get(company.record)).status_code == 200
        assert {answer.json()["rule"] for answer in answers} == {"A13"}

    async def test_a9_a_limit_to_an_address_holds_here_too(self, company: Company) -> None:
        contact = await company.contact(networks=["203.0.113.7"])
        for address, status in (("203.0.113.7", 200), ("::ffff:203.0.113.7", 200), ("203.0.113.8", 403)):
            read = await contact.call("GET", company.record, X_Forwarded_For=address)
            written = await contact.call("PATCH", company.record, {"type": None}, X_Forwarded_For=address, If_Match="*")

            assert (read.status_code, written.status_code) == (status, status)


class TestFamily:
    async def test_a7_a_holder_keeps_address_and_phones_of_the_own_record_right(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        seen = (await holder.get(dossier.path + RECORD)).json()
        changed = await holder.call(
            "PATCH",
            dossier.path + RECORD,
            {"postal_address": HOME, "mobile": "+32 470 99 99 99"},
            If_Match=seen["client"]["etag"],
        )
        refused = [
            await holder.call("PATCH", dossier.path + RECORD, {field: value}, If_Match="*")
            for field, value in (("given_name", "Lia"), ("email", "x@y.example"), ("code", "1"), ("type", "x"))
        ]

        assert [one["person_id"] for one in seen["people"]] == [dossier.holder_id]
        assert (changed.json()["mobile"], changed.json()["postal_address"]) == ("+32470999999", HOME)
        assert [said(answer) for answer in refused] == [
            (403, "A7", ["given_name"]),
            (403, "A7", ["email"]),
            (403, "A7", ["code"]),
            (403, "A7", ["type"]),
        ]

    async def test_a7_a_co_holder_reads_the_clients_record_and_writes_the_own(
        self, world: Any, office: Any, dossier: Any, person: Any
    ) -> None:
        entered = await office.accountant.made(dossier.path + "/people", person(role="co_holder"))
        co_holder, _ = await world.granted(office, dossier, entered["id"])

        seen = (await co_holder.get(dossier.path + RECORD)).json()
        own = await co_holder.call("PUT", f"{dossier.path}{RECORD}/people/{entered['id']}", PERSONAL, If_Match='"0"')
        refused = await co_holder.call("PATCH", dossier.path + RECORD, {"fax": None}, If_Match="*")

        assert (seen["client"]["id"], [one["person_id"] for one in seen["people"]]) == (
            dossier.client_id,
            [entered["id"]],
        )
        assert (own.status_code, said(refused)[:2]) == (200, (403, "A7"))

    @pytest.mark.parametrize("right", ["write", "read"])
    async def test_a7_a_family_member_has_the_own_personal_record_and_nothing_else(
        self, world: Any, office: Any, dossier: Any, right: str
    ) -> None:
        child, _ = await world.granted(office, dossier, dossier.child_id, right)
        people = dossier.path + RECORD + "/people"

        seen = (await child.get(dossier.path + RECORD)).json()
        own = await child.call("PUT", f"{people}/{dossier.child_id}", PERSONAL, If_Match='"0"')
        another = [
            await child.get(f"{people}/{dossier.holder_id}"),
            await child.get(f"{people}/{dossier.holder_id}/history"),
            await child.get(dossier.path + RECORD + "/history"),
        ]
        written = [
            await child.call("PUT", f"{people}/{dossier.holder_id}", PERSONAL, If_Match="*"),
            await child.call("PATCH", dossier.path + RECORD, {"fax": None}, If_Match="*"),
        ]

        assert (seen["client"], [one["person_id"] for one in seen["people"]]) == (None, [dossier.child_id])
        assert own.status_code == (200 if right == "write" else 403)
        assert [answer.status_code for answer in another] == [404] * 3
        assert [answer.status_code for answer in written] == ([404, 403] if right == "write" else [403, 403])

    async def test_a7_an_adviser_has_none_of_it(self, world: Any, office: Any, dossier: Any, person: Any) -> None:
        adviser = await office.accountant.made(dossier.path + "/advisers", person(kind="notary"))
        notary, _ = await world.granted(office, dossier, adviser["id"])

        answers = [
            await notary.get(dossier.path + RECORD),
            await notary.get(f"{dossier.path}{RECORD}/people/{adviser['id']}"),
            await notary.call("PATCH", dossier.path + RECORD, {"fax": None}, If_Match="*"),
        ]
        of_adviser = await office.accountant.call(
            "PUT", f"{dossier.path}{RECORD}/people/{adviser['id']}", PERSONAL, If_Match="*"
        )

        assert [said(answer)[:2] for answer in answers] == [(403, "A7")] * 3
        assert of_adviser.status_code == 404


class TestPersonalRecords:
    async def test_what_is_noted_is_replaced_version_by_version_and_kept(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        path = f"{dossier.path}{RECORD}/people/{dossier.holder_id}"
        unwritten = await holder.get(path)

        first = await holder.call("PUT", path, PERSONAL, If_Match=unwritten.headers["etag"])
        blind = await holder.call("PUT", path, {})
        stale = await office.accountant.call("PUT", path, {}, If_Match=unwritten.headers["etag"])
        second = await office.accountant.call("PUT", path, {"note": "Veuf"}, If_Match=first.headers["etag"])
        history = (await holder.get(path + "/history")).json()["items"]
        actions = [
            {entry["action"] for entry in (await who.get(dossier.path + "/journal")).json()["items"]}
            for who in (office.accountant, holder)
        ]

        assert [{one for one in seen if "record" in one} for seen in actions] == [
            {"personal_record_added", "personal_record_written"},
            set(),
        ]
        assert (unwritten.headers["etag"], unwritten.json()["changed_at"]) == ('"0"', None)
        assert {name: first.json()[name] for name in PERSONAL} == PERSONAL
        assert (blind.status_code, stale.status_code) == (428, 412)
        assert (second.json()["birth_date"], second.json()["note"], second.json()["etag"]) == (None, "Veuf", '"2"')
        assert [(one["change"], one["party"], one["content"]["birth_date"]) for one in history] == [
            ("written", "manager", None),
            ("added", "holder", "1960-02-29"),
        ]

    async def test_of_two_first_notes_one_is_refused(self, office: Any, dossier: Any) -> None:
        path = f"{dossier.path}{RECORD}/people/{dossier.child_id}"

        answers = await asyncio.gather(
            *(office.accountant.call("PUT", path, {"note": str(number)}, If_Match='"0"') for number in range(3))
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]

    async def test_a7_what_cannot_be_meant_names_its_field_and_nothing_here_signs_anybody_in(
        self, office: Any, dossier: Any
    ) -> None:
        path = f"{dossier.path}{RECORD}/people/{dossier.child_id}"
        for change, field in WRONG_PERSONAL:
            answer = await office.accountant.call("PUT", path, PERSONAL | change, If_Match="*")

            assert said(answer)[::2] == (422, [field]), change

    async def test_a13_somebody_of_another_dossier_or_removed_is_unknown(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        other = await world.dossier(office)
        await office.accountant.call("DELETE", f"{dossier.path}/people/{dossier.child_id}", If_Match="*")
        for person_id in (other.child_id, dossier.child_id, str(new_id())):
            path = f"{dossier.path}{RECORD}/people/{person_id}"

            answers = [
                await office.accountant.get(path),
                await office.accountant.get(path + "/history"),
                await office.accountant.call("PUT", path, {}, If_Match="*"),
            ]

            assert [said(answer)[:2] for answer in answers] == [(404, "A13")] * 3

    async def test_a_closed_dossier_is_read_by_outside_parties_and_no_more(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        closing = {"access": "read_only", "reason": "Terminé"}
        assert (await office.accountant.post(dossier.path + "/close", closing)).status_code < 300

        read = await holder.get(dossier.path + RECORD)
        written = [
            await holder.call("PATCH", dossier.path + RECORD, {"fax": None}, If_Match="*"),
            await holder.call("PUT", f"{dossier.path}{RECORD}/people/{dossier.holder_id}", {}, If_Match="*"),
        ]

        assert (read.status_code, [answer.status_code for answer in written]) == (200, [403, 403])
