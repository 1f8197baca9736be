"""Gifts, financial profile, simulations, reports, billing over HTTP: typed fields, rules named, sums computed (A7)."""

import asyncio
from typing import Any

import pytest

GIFT = {"date": "2026-01-15", "kind": "money", "value": {"amount": "25000", "currency": "EUR"}}
PROFILE = "/sections/financial-profile"
SALARY = {
    "kind": "salary",
    "description": "Salaire",
    "value": {"amount": "4200", "currency": "EUR"},
    "frequency": "monthly",
}
RENT = {**SALARY, "kind": "housing", "description": "Loyer", "value": {"amount": "900.50", "currency": "EUR"}}
GOAL = {
    "description": "Maison à la mer",
    "value": {"amount": "300000", "currency": "EUR"},
    "by": "2035-06-30",
    "priority": "high",
}
SIMULATION = {"title": "Retraite à 63 ans", "tool": "retirement", "parameters": {"age": 63, "rates": [0.02, 0.03]}}
INVOICES = "/sections/billing-account/invoices"
INVOICE = {
    "number": "2026-001",
    "issued_on": "2026-01-01",
    "due_on": "2099-01-31",
    "value": {"amount": "1200", "currency": "CAD"},
}


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


@pytest.fixture
async def dossier(world: Any, office: Any) -> Any:
    return await world.dossier(office)


def refusal(answer: Any) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["code"], body.get("rule")


async def assert_refused(who: Any, path: str, body: dict[str, Any], wrong: list[Any]) -> None:
    for changes, field, code in wrong:
        answer = await who.post(path, {**body, **changes})

        assert answer.status_code == 422, changes
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)], changes


class TestGifts:
    async def test_a7_a_gift_has_a_donor_donees_a_day_a_kind_and_an_amount(self, office: Any, dossier: Any) -> None:
        path = dossier.path + "/sections/gift-inventory"
        body = {**GIFT, "donor_id": dossier.holder_id, "donee_ids": [dossier.child_id]}
        gift = await office.accountant.made(path + "/gifts", body)

        edited = await office.accountant.call(
            "PUT", f"{path}/gifts/{gift['id']}", {**body, "description": "Mariage"}, If_Match=gift["etag"]
        )

        assert gift["value"] == {"amount": "25000.00", "currency": "EUR"}
        assert (edited.status_code, edited.json()["etag"]) == (200, '"2"')
        assert (await office.accountant.get(path)).json()["items"] == [edited.json()]

    async def test_a7_a_gift_that_cannot_be_names_its_field(self, world: Any, office: Any, dossier: Any) -> None:
        holder, child = dossier.holder_id, dossier.child_id
        stranger = (await world.dossier(office)).child_id
        body = {**GIFT, "donor_id": holder, "donee_ids": [child]}

        await assert_refused(
            office.accountant,
            dossier.path + "/sections/gift-inventory/gifts",
            body,
            [
                ({"donee_ids": [holder]}, "donee_ids.0", "gift_to_donor"),
                ({"donee_ids": [child, holder]}, "donee_ids.1", "gift_to_donor"),
                ({"donee_ids": []}, "donee_ids", "donee_missing"),
                ({"donee_ids": [child, child]}, "donee_ids.1", "person_twice"),
                ({"donee_ids": [stranger]}, "donee_ids.0", "person_unknown"),
                ({"donor_id": stranger}, "donor_id", "person_unknown"),
                ({"value": {"amount": "1"}}, "value.currency", "currency_missing"),
                ({"value": {"amount": "-1", "currency": "EUR"}}, "value.amount", "amount_negative"),
                ({"date": None}, "date", "date_type"),
                ({"kind": "horse"}, "kind", "enum"),
            ],
        )


class TestFinancialProfile:
    async def test_p3_the_client_creates_it_once_then_both_sides_write_in_it(
        self, world: Any, office: Any, dossier: Any
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        path = dossier.path + PROFILE
        before = (await office.accountant.get(path)).json()
        early = await office.accountant.post(path + "/incomes", SALARY)

        answers = await asyncio.gather(*(holder.post(path, {"note": "Nous deux"}) for _ in range(3)))
        income = await holder.made(path + "/incomes", {**SALARY, "person_id": dossier.holder_id})
        await office.accountant.made(path + "/expenses", RENT)
        await holder.made(path + "/expenses", {**RENT, "frequency": "once"})
        goal = await holder.made(path + "/goals", GOAL)
        page = (await office.accountant.get(path)).json()

        assert (before["profile"], before["incomes"]["items"]) == (None, [])
        assert refusal(early) == (409, "profile_missing", "A7")
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        assert {refusal(answer) for answer in answers if answer.status_code == 409} == {(409, "profile_exists", "A7")}
        assert (page["incomes"]["items"], page["goals"]["items"]) == ([income], [goal])
        assert page["profile"]["note"] == "Nous deux"
        assert page["profile"]["usual_year"] == [
            {"currency": "EUR", "incomes": "50400.00", "expenses": "10806.00", "remains": "39594.00"}
        ]

    async def test_a7_staff_and_readers_do_not_create_it(self, world: Any, office: Any, dossier: Any) -> None:
        child, _ = await world.granted(office, dossier, dossier.child_id, "read")

        for who in (office.accountant, child):
            assert refusal(await who.post(dossier.path + PROFILE, {})) == (403, "not_allowed", "A7")

    async def test_what_is_said_of_the_whole_changes_by_version(self, world: Any, office: Any, dossier: Any) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        path = dossier.path + PROFILE
        missing = await office.accountant.call("PUT", path, {"note": "x"}, If_Match="*")
        made = await holder.made(path, {})

        written = await office.accountant.call("PUT", path, {"note": "Vu"}, If_Match=made["etag"])
        stale = await holder.call("PUT", path, {"note": "x"}, If_Match=made["etag"])
        versions = (await holder.get(path + "/history")).json()["items"]

        assert refusal(missing) == (409, "profile_missing", "A7")
        assert (written.json()["note"], stale.status_code) == ("Vu", 412)
        assert [version["party"] for version in versions] == ["manager", "holder"]

    async def test_a7_an_entry_that_cannot_be_names_its_field(self, world: Any, office: Any, dossier: Any) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        stranger = (await world.dossier(office)).child_id
        await holder.made(dossier.path + PROFILE, {})
        without = {"value": {"amount": "1"}}

        for collection, body in (("incomes", SALARY), ("expenses", RENT)):
            wrong = [
                (without, "value.currency", "currency_missing"),
                ({"frequency": "daily"}, "frequency", "enum"),
                ({"person_id": stranger}, "person_id", "person_unknown"),
            ]
            await assert_refused(holder, f"{dossier.path}{PROFILE}/{collection}", body, wrong)
        wrong = [(without, "value.currency", "currency_missing"), ({"priority": "top"}, "priority", "enum")]
        await assert_refused(holder, f"{dossier.path}{PROFILE}/goals", GOAL, wrong)


@pytest.mark.parametrize("section", ["simulations", "reports"])
class TestTools:
    async def test_a7_it_is_created_with_parameters_and_gets_its_result_later(
        self, world: Any, office: Any, dossier: Any, section: str
    ) -> None:
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        path = f"{dossier.path}/sections/{section}"
        made = await holder.made(f"{path}/{section}", SIMULATION)

        body = {**SIMULATION, "result": {"capital": "512000.00", "reached": True}}
        written = await office.accountant.call("PUT", f"{path}/{section}/{made['id']}", body, If_Match=made["etag"])

        assert (made["parameters"], made["result"]) == (SIMULATION["parameters"], None)
        assert written.json()["result"] == body["result"]
        assert (await holder.get(path)).json()["items"] == [written.json()]

    async def test_a7_what_cannot_be_kept_names_its_field(self, office: Any, dossier: Any, section: str) -> None:
        deep: dict[str, Any] = {}
        for _ in range(9):
            deep = {"deeper": deep}

        await assert_refused(
            office.accountant,
            f"{dossier.path}/sections/{section}/{section}",
            SIMULATION,
            [
                ({"tool": "My Tool"}, "tool", "string_pattern_mismatch"),
                ({"title": "a\nb"}, "title", "control_characters"),
                ({"parameters": deep}, "parameters", "too_deep"),
                ({"parameters": {"text": "x" * 70_000}}, "parameters", "too_large"),
                ({"parameters": {"text": "\x00"}}, "parameters", "control_characters"),
                ({"parameters": [1]}, "parameters", "dict_type"),
                ({"result": deep}, "result", "too_deep"),
            ],
        )

    async def test_numbers_that_json_does_not_have_are_refused(self, office: Any, dossier: Any, section: str) -> None:
        path = f"/api/dossier/v1{dossier.path}/sections/{section}/{section}"
        for number in ("NaN", "Infinity", "-Infinity", "1e999"):
            body = f'{{"title": "t", "tool": "t", "parameters": {{"rate": {number}}}}}'
            headers = {**office.accountant.headers, "Content-Type": "application/json"}
            answer = await office.accountant.client.post(path, content=body, headers=headers)

            assert refusal(answer)[:2] == (422, "request_invalid"), number


class TestBillingAccount:
    async def test_a7_balances_and_payment_states_are_those_of_the_day(self, office: Any, dossier: Any) -> None:
        accountant, path = office.accountant, dossier.path + INVOICES
        paid = {"amount": "200", "currency": "CAD"}
        for changes in (
            {},
            {"number": "2", "paid": paid},
            {"number": "3", "paid": paid, "due_on": "2026-01-31"},
            {"number": "4", "paid": INVOICE["value"], "due_on": "2026-01-31"},
            {"number": "5", "value": {"amount": "1000", "currency": "JPY"}},
        ):
            await accountant.made(path, {**INVOICE, **changes})

        account = (await accountant.get(f"{dossier.path}/sections/billing-account")).json()

        assert [(one["number"], one["state"], one["owed"]["amount"]) for one in account["invoices"]["items"]] == [
            ("2026-001", "open", "1200.00"),
            ("2", "partly_paid", "1000.00"),
            ("3", "overdue", "1000.00"),
            ("4", "paid", "0.00"),
            ("5", "open", "1000"),
        ]
        assert account["balances"] == [
            {"currency": "CAD", "invoiced": "4800.00", "paid": "1600.00", "owed": "3200.00", "overdue": "1000.00"},
            {"currency": "JPY", "invoiced": "1000", "paid": "0", "owed": "1000", "overdue": "0"},
        ]

    async def test_a7_an_invoice_that_cannot_be_names_its_field(self, office: Any, dossier: Any) -> None:
        await assert_refused(
            office.accountant,
            dossier.path + INVOICES,
            INVOICE,
            [
                ({"value": {"amount": "1200"}}, "value.currency", "currency_missing"),
                ({"paid": {"amount": "1201", "currency": "CAD"}}, "paid.amount", "paid_too_much"),
                ({"paid": {"amount": "-1", "currency": "CAD"}}, "paid.amount", "amount_negative"),
                ({"paid": {"amount": "1", "currency": "EUR"}}, "paid.currency", "paid_in_another_currency"),
                ({"due_on": "2025-12-31"}, "due_on", "due_before_issued"),
                ({"number": " "}, "number", "empty"),
                ({"state": "paid"}, "state", "extra_forbidden"),
            ],
        )

    async def test_a7_a_number_is_the_only_one_of_its_dossier(self, world: Any, office: Any, dossier: Any) -> None:
        other, accountant, path = await world.dossier(office), office.accountant, dossier.path + INVOICES
        answers = await asyncio.gather(*(accountant.post(path, {**INVOICE, "number": "A-1"}) for _ in range(3)))
        second = await accountant.made(path, {**INVOICE, "number": "A-2"})
        one = f"{path}/{second['id']}"

        taken = [
            *(answer for answer in answers if answer.status_code != 201),
            await accountant.call("PUT", one, {**INVOICE, "number": "a-1"}, If_Match="*"),
        ]
        kept = await accountant.call("PUT", one, {**INVOICE, "number": "a-2"}, If_Match="*")
        elsewhere = await accountant.post(other.path + INVOICES, {**INVOICE, "number": "A-1"})

        assert [refusal(answer) for answer in taken] == [(409, "invoice_number_taken", "A7")] * 3
        assert (kept.status_code, elsewhere.status_code) == (200, 201)
