"""Clients over HTTP: their record as document 004 shows it, codes that are nobody else's (I3), who sees them (A14)."""

import asyncio
from typing import Any

import pytest
from service_kit.ids import new_id

ADDRESS = {
    "line1": "12 rue des Érables",
    "line2": None,
    "city": "Montréal",
    "region": "QC",
    "postal_code": "H2X 1Y4",
    "country": "CA",
}
RECORD = {
    "code": "8005551",
    "status": "active",
    "currency": "CAD",
    "type": "Client",
    "website": "https://hervedavid.example",
    "phone": "+1 514 555 0100",
    "mobile": "+1 514 555 0101",
    "fax": "+1 514 555 0102",
    "customer_number": "F-2019/7",
    "enterprise_number": "1143920115",
    "business_number": "12302 6635 RC0001",
    "postal_address": ADDRESS,
    "delivery_address": ADDRESS | {"line2": "Quai 3", "country": "us"},
}
WRONG = [
    ({"code": "a b"}, "code", "I3"),
    ({"code": "x" * 57}, "code", "I3"),
    ({"status": "dormant"}, "status", None),
    ({"currency": "euro"}, "currency", "A7"),
    ({"type": "a\nb"}, "type", "M2"),
    ({"website": "javascript:alert(1)"}, "website", "A7"),
    ({"mobile": "0470 12 34 56"}, "mobile", "A3"),
    ({"fax": "none"}, "fax", "A3"),
    ({"enterprise_number": "<b>"}, "enterprise_number", "A7"),
    ({"business_number": "1", "postal_address": ADDRESS}, "business_number", "A7"),
    ({"postal_address": {**ADDRESS, "country": "ZZ"}}, "postal_address.country", None),
    ({"postal_address": {"city": "X", "postal_code": "1", "country": "BE"}}, "postal_address.line1", None),
    ({"delivery_address": {**ADDRESS, "city": "a\r\nb"}}, "delivery_address.city", "M2"),
    ({"branch_id": str(new_id())}, "branch_id", "A9"),
    ({"bill_to": str(new_id())}, "bill_to", "A14"),
    ({"colour": "red"}, "colour", None),
]


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
def path(office: Any) -> str:
    return f"/firms/{office.firm_id}/clients"


def company(person: Any, **changes: Any) -> Any:
    return person(kind="company", company_name="Hervé David", **changes)


def wrong(answer: Any) -> list[tuple[str, str | None]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error.get("rule")) for error in answer.json()["errors"]]


class TestRecord:
    async def test_004_a_client_has_the_fields_of_the_document(self, office: Any, path: str, person: Any) -> None:
        made = await office.accountant.made(path, company(person, **RECORD))

        seen = (await office.accountant.get(f"{path}/{made['id']}")).json()

        assert seen == made
        assert {name: seen[name] for name in RECORD} == RECORD | {
            "phone": "+15145550100",
            "mobile": "+15145550101",
            "fax": "+15145550102",
            "delivery_address": ADDRESS | {"line2": "Quai 3", "country": "US"},
        }
        assert (seen["etag"], seen["created_at"] == seen["changed_at"], seen["proposed_user_name"]) == (
            '"1"',
            True,
            None,
        )
        assert (await office.accountant.get(path)).json()["items"] == [seen]

    async def test_i3_code_and_user_name_are_proposed_when_a_client_is_added(
        self, office: Any, path: str, person: Any
    ) -> None:
        first = await office.accountant.made(path, person())
        taken = await office.accountant.made(path, person(code="1000002"))
        second = await office.accountant.made(path, person(code=None))

        assert [one["code"] for one in (first, taken, second)] == ["1000001", "1000002", "1000003"]
        assert first["proposed_user_name"] == "lea.dupont"
        assert (first["status"], first["currency"], first["postal_address"]) == ("active", None, None)

    @pytest.mark.parametrize("way", ["POST", "PATCH"])
    async def test_what_cannot_be_meant_names_its_field_and_rule(
        self, office: Any, path: str, person: Any, way: str
    ) -> None:
        client = await office.accountant.made(path, company(person))
        for change, field, rule in WRONG:
            if way == "POST":
                answer = await office.accountant.post(path, company(person, **change))
            else:
                answer = await office.accountant.call("PATCH", f"{path}/{client['id']}", change, If_Match="*")

            assert wrong(answer) == [(field, rule)], change

    async def test_fields_change_one_version_at_a_time_and_the_rest_stays(
        self, office: Any, path: str, person: Any
    ) -> None:
        made = await office.accountant.made(path, company(person, **RECORD))
        one = f"{path}/{made['id']}"

        blind = await office.accountant.call("PATCH", one, {"fax": None})
        changed = await office.accountant.call(
            "PATCH", one, {"fax": None, "status": "inactive", "company_name": "David SA"}, If_Match=made["etag"]
        )
        stale = await office.accountant.call("PATCH", one, {"fax": None}, If_Match=made["etag"])
        same = await office.accountant.call("PATCH", one, {"status": "inactive"}, If_Match=changed.headers["etag"])
        nameless = await office.accountant.call("PATCH", one, {"company_name": None}, If_Match="*")

        assert (blind.status_code, stale.status_code, wrong(nameless)) == (428, 412, [("company_name", "A7")])
        assert changed.json() == made | {
            "fax": None,
            "status": "inactive",
            "company_name": "David SA",
            "name": "David SA",
            "etag": '"2"',
            "changed_at": changed.json()["changed_at"],
        }
        assert same.json() == changed.json()

    async def test_of_four_edits_of_one_version_one_is_kept(self, office: Any, path: str, person: Any) -> None:
        made = await office.accountant.made(path, person())

        answers = await asyncio.gather(
            *(
                office.accountant.call(
                    "PATCH", f"{path}/{made['id']}", {"type": f"Type {number}"}, If_Match=made["etag"]
                )
                for number in range(4)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]

    async def test_who_left_the_record_how_is_kept(self, world: Any, office: Any, path: str, person: Any) -> None:
        made = await office.accountant.made(path, company(person, **RECORD))
        one = f"{path}/{made['id']}"
        await office.accountant.call("PATCH", one, {"code": "ABC", "website": None}, If_Match="*")

        versions = (await office.accountant.get(one + "/history")).json()["items"]
        first_page = (await office.accountant.get(one + "/history?limit=1")).json()
        rest = (await office.accountant.get(f"{one}/history?limit=1&cursor={first_page['next']}")).json()
        facts = await world.rows(
            "SELECT action, details FROM journal WHERE subject_id = :id ORDER BY id", id=made["id"]
        )

        assert [(one["version"], one["change"], one["content"]["code"]) for one in versions] == [
            (2, "written", "ABC"),
            (1, "added", "8005551"),
        ]
        assert {one["account_id"] for one in versions} == {str(office.accountant.account_id)}
        assert versions[1]["content"]["postal_address"] == ADDRESS
        assert first_page["items"] + rest["items"] == versions
        assert [(fact["action"], fact["details"].get("fields")) for fact in facts] == [
            ("client_created", None),
            ("client_changed", "code,website"),
        ]


class TestCodes:
    async def test_i3_a_code_used_already_is_refused_in_another_case_and_as_a_look_alike(
        self, office: Any, path: str, person: Any
    ) -> None:
        await office.accountant.made(path, company(person, code="8005551"))
        mine = await office.accountant.made(path, company(person, code="Dup-01"))
        for typed in ("8005551", "8OO555L", "8oo555l", "８００５５５１", "dup-01", "DUP_OI", " Dup-01 "):
            added = await office.accountant.post(path, company(person, code=typed))

            assert (added.status_code, added.json()["code"], added.json()["rule"]) == (409, "code_taken", "I3"), typed
            assert [error["field"] for error in added.json()["errors"]] == ["code"]
        moved = await office.accountant.call("PATCH", f"{path}/{mine['id']}", {"code": "8OO5551"}, If_Match="*")
        own = await office.accountant.call("PATCH", f"{path}/{mine['id']}", {"code": "DUP_01"}, If_Match="*")

        assert (moved.status_code, moved.json()["code"]) == (409, "code_taken")
        assert (own.status_code, own.json()["code"]) == (200, "DUP_01")

    async def test_a13_another_firm_may_have_the_same_code(self, world: Any, office: Any, person: Any) -> None:
        other = await world.office("Cabinet Voisin")

        made = [
            await one.accountant.made(f"/firms/{one.firm_id}/clients", person(code="ABC")) for one in (office, other)
        ]

        assert [one["code"] for one in made] == ["ABC", "ABC"]

    async def test_i3_of_requests_that_take_one_code_at_once_one_gets_it(
        self, office: Any, path: str, person: Any
    ) -> None:
        others = [await office.accountant.made(path, person()) for _ in range(2)]

        answers = await asyncio.gather(
            *(office.accountant.post(path, person(code=code)) for code in ("lo1", "L01", "101")),
            *(office.accountant.call("PATCH", f"{path}/{one['id']}", {"code": "Io1"}, If_Match="*") for one in others),
            *(office.accountant.post(path, person()) for _ in range(3)),
        )

        said = [answer.status_code for answer in answers]
        assert sum(status < 300 for status in said[:5]) == 1, [answer.text for answer in answers]
        assert sum(status == 409 for status in said[:5]) == 4
        assert said[5:] == [201] * 3
        assert len({one["code"] for one in (await office.accountant.get(path)).json()["items"]}) == 6


class TestPayers:
    async def test_004_invoices_go_to_another_client_and_never_in_a_circle(
        self, office: Any, path: str, person: Any
    ) -> None:
        first, second, third = [await office.accountant.made(path, person()) for _ in range(3)]

        async def bills(client: Any, payer: Any) -> Any:
            change = {"bill_to": payer and payer["id"]}
            return await office.accountant.call("PATCH", f"{path}/{client['id']}", change, If_Match="*")

        assert (await bills(first, second)).json()["bill_to"] == second["id"]
        assert (await bills(second, third)).status_code == 200
        circles = [await bills(third, first), await bills(second, first), await bills(third, third)]
        assert [wrong(answer) for answer in circles] == [[("bill_to", "A7")]] * 3
        assert (await bills(first, None)).json()["bill_to"] is None
        assert (await bills(third, first)).status_code == 200

    async def test_of_two_clients_who_are_to_pay_for_each_other_at_once_one_is(
        self, office: Any, path: str, person: Any
    ) -> None:
        one, two = [await office.accountant.made(path, person()) for _ in range(2)]

        answers = await asyncio.gather(
            *(
                office.accountant.call("PATCH", f"{path}/{client['id']}", {"bill_to": payer["id"]}, If_Match="*")
                for client, payer in ((one, two), (two, one))
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 422]

    async def test_a14_a_colleagues_client_pays_for_nobody_here(
        self, world: Any, office: Any, path: str, person: Any
    ) -> None:
        colleague, _ = await world.colleague(office.firm_id, office.administrator)
        theirs = await colleague.made(path, person())
        mine = await office.accountant.made(path, person())

        answers = [
            await office.accountant.call("PATCH", f"{path}/{mine['id']}", {"bill_to": payer}, If_Match="*")
            for payer in (theirs["id"], str(new_id()))
        ]

        assert [wrong(answer) for answer in answers] == [[("bill_to", "A14")]] * 2
        assert answers[0].json()["errors"] == answers[1].json()["errors"]


class TestWhoSeesIt:
    async def test_a14_creator_manager_and_team_see_a_client_and_nobody_else(
        self, world: Any, office: Any, path: str
    ) -> None:
        dossier = await world.dossier(office)
        colleague, membership_id = await world.colleague(office.firm_id, office.administrator)
        one = f"{path}/{dossier.client_id}"
        unknown = f"{path}/{new_id()}"

        for caller in (colleague, office.administrator, world.somebody()):
            for method, tail, body in (("GET", "", None), ("GET", "/history", None), ("PATCH", "", {"type": "x"})):
                answers = [await caller.call(method, where + tail, body, If_Match="*") for where in (one, unknown)]

                assert [answer.status_code for answer in answers] == [404, 404]
                assert answers[0].json()["rule"] == answers[1].json()["rule"] == "A13"
        await office.accountant.call("PUT", f"{dossier.path}/team/{membership_id}")

        assert (await colleague.get(one)).status_code == 200
        assert (await colleague.call("PATCH", one, {"type": "x"}, If_Match="*")).status_code == 200
        assert (await colleague.get(one + "/history")).status_code == 200

    async def test_a13_another_firms_client_is_unknown_in_the_own_firm(
        self, world: Any, office: Any, path: str, person: Any
    ) -> None:
        other = await world.office("Cabinet Voisin")
        theirs = await other.accountant.made(f"/firms/{other.firm_id}/clients", person())
        branch = await other.administrator.made(f"/firms/{other.firm_id}/branches", {"name": "Québec"})
        mine = await office.accountant.made(path, person())

        seen = await office.accountant.get(f"{path}/{theirs['id']}")
        billed = await office.accountant.call(
            "PATCH", f"{path}/{mine['id']}", {"bill_to": theirs["id"], "branch_id": None}, If_Match="*"
        )
        placed = await office.accountant.call(
            "PATCH", f"{path}/{mine['id']}", {"branch_id": branch["id"]}, If_Match="*"
        )

        assert (seen.status_code, wrong(billed), wrong(placed)) == (404, [("bill_to", "A14")], [("branch_id", "A9")])

    async def test_a9_a_client_belongs_to_an_open_branch_of_the_firm(self, office: Any, path: str, person: Any) -> None:
        branches = f"/firms/{office.firm_id}/branches"
        branch = await office.administrator.made(branches, {"name": "Montréal"})
        mine = await office.accountant.made(path, person(branch_id=branch["id"]))
        await office.administrator.post(f"{branches}/{branch['id']}/close")

        kept = await office.accountant.call("PATCH", f"{path}/{mine['id']}", {"type": "x"}, If_Match="*")
        again = await office.accountant.post(path, person(branch_id=branch["id"]))

        assert (kept.status_code, kept.json()["branch_id"], wrong(again)) == (200, branch["id"], [("branch_id", "A9")])
