"""A7's rules of content, pure: money, shares, gifts, usual years, invoices, what tools keep, branches (A9)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from dossier_service.records.domain import (
    Frequency,
    Invoice,
    Money,
    PaymentState,
    Recurring,
    Share,
    balances,
    branch_to_write,
    money,
    payment_state,
    people_named,
    usual_year,
    why_no_currency,
    why_no_gift,
    why_no_invoice,
    why_no_money,
    why_not_kept,
    why_not_owned_so,
    why_unknown_people,
)
from hypothesis import given
from hypothesis import strategies as st
from service_kit.errors import FieldError

LEA, MARC, EVE = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2026, 3, 3)


def said(errors: tuple[FieldError, ...]) -> list[tuple[str, str]]:
    assert all(error.detail.endswith(".") for error in errors)
    return [(error.field, error.code) for error in errors]


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "wrong"),
        [
            ("0", "EUR", []),
            ("350000.5", "EUR", []),
            ("1.500", "EUR", []),
            ("99999999999999.99", "EUR", []),
            ("1000", "JPY", []),
            ("1.234", "KWD", []),
            ("1.5", "IQD", []),
            ("1.005", "EUR", [("amount", "amount_too_fine")]),
            ("0.5", "JPY", [("amount", "amount_too_fine")]),
            ("1.2345", "KWD", [("amount", "amount_too_fine")]),
            ("-0.01", "EUR", [("amount", "amount_negative")]),
            ("100000000000000", "EUR", [("amount", "amount_too_large")]),
            ("1e30", "EUR", [("amount", "amount_too_large")]),
            ("1e-400", "EUR", [("amount", "amount_too_fine")]),
            ("1", None, [("currency", "currency_missing")]),
            ("1", "", [("currency", "currency_missing")]),
            ("1", "eur", [("currency", "currency_unknown")]),
            ("1", "EURO", [("currency", "currency_unknown")]),
            ("1", "DEM", [("currency", "currency_unknown")]),
            ("1", "XXX", [("currency", "currency_unknown")]),
            ("1", "XAU", [("currency", "currency_unknown")]),
            ("-1", "ABC", [("currency", "currency_unknown"), ("amount", "amount_negative")]),
        ],
    )
    def test_a7_an_amount_has_a_currency_and_no_more_digits_than_it(
        self, amount: str, currency: str | None, wrong: list[tuple[str, str]]
    ) -> None:
        errors = why_no_money(Decimal(amount), currency)

        assert said(errors) == wrong
        assert {error.rule for error in errors} <= {"A7"}

    @pytest.mark.parametrize(
        ("amount", "currency", "spelled"),
        [("350000", "EUR", "350000.00"), ("-0", "EUR", "0.00"), ("1E+3", "JPY", "1000"), ("1.5", "KWD", "1.500")],
    )
    def test_money_has_one_spelling(self, amount: str, currency: str, spelled: str) -> None:
        assert str(money(Decimal(amount), currency).amount) == spelled

    @given(st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XAU"]))
    def test_what_passes_is_kept_exactly(self, amount: Decimal, currency: str) -> None:
        if not why_no_money(amount, currency):
            assert money(amount, currency).amount == amount

    def test_a_field_is_named_as_the_caller_calls_it(self) -> None:
        assert said(why_no_currency(None, field="value.currency")) == [("value.currency", "currency_missing")]


class TestShares:
    @pytest.mark.parametrize(
        ("shares", "wrong"),
        [
            ([], []),
            (["100"], []),
            (["50", "50"], []),
            (["33.3333", "33.3333", "33.3334"], []),
            (["0.0001"], []),
            (["60", "40.0001"], [("owners", "shares_over_whole")]),
            (["0"], [("owners.0.share", "share_not_positive")]),
            (["50", "-10"], [("owners.1.share", "share_not_positive")]),
            (["100.01"], [("owners.0.share", "share_over_whole")]),
            (["1e400"], [("owners.0.share", "share_over_whole")]),
            (["33.33333"], [("owners.0.share", "share_too_fine")]),
        ],
    )
    def test_a7_shares_are_more_than_nothing_and_together_at_most_the_whole(
        self, shares: list[str], wrong: list[tuple[str, str]]
    ) -> None:
        owners = [Share(person, Decimal(share)) for person, share in zip((LEA, MARC, EVE), shares, strict=False)]

        assert said(why_not_owned_so(owners)) == wrong

    def test_a7_nobody_owns_twice(self) -> None:
        errors = why_not_owned_so([Share(LEA, Decimal(40)), Share(MARC, Decimal(20)), Share(LEA, Decimal(40))])

        assert said(errors) == [("owners.2.person_id", "person_twice")]


class TestGifts:
    @pytest.mark.parametrize(
        ("donees", "wrong"),
        [
            ([MARC], []),
            ([MARC, EVE], []),
            ([], [("donee_ids", "donee_missing")]),
            ([LEA], [("donee_ids.0", "gift_to_donor")]),
            ([MARC, LEA], [("donee_ids.1", "gift_to_donor")]),
            ([MARC, MARC], [("donee_ids.1", "person_twice")]),
        ],
    )
    def test_a7_a_gift_goes_to_others_each_named_once(self, donees: list[UUID], wrong: list[tuple[str, str]]) -> None:
        assert said(why_no_gift(LEA, donees)) == wrong

    def test_a7_only_people_of_the_tree_are_named(self) -> None:
        errors = why_unknown_people([("donor_id", LEA), ("donee_ids.0", EVE)], frozenset({LEA, MARC}))

        assert said(errors) == [("donee_ids.0", "person_unknown")]

    @pytest.mark.parametrize(
        ("content", "people"),
        [
            ({}, set()),
            ({"owners": [{"person_id": str(LEA), "share": "50"}]}, {LEA}),
            ({"donor_id": str(LEA), "donee_ids": [str(MARC), str(EVE)]}, {LEA, MARC, EVE}),
            ({"person_id": str(LEA)}, {LEA}),
            ({"person_id": None}, set()),
        ],
    )
    def test_a_record_names_people_whatever_its_kind(self, content: dict[str, Any], people: set[UUID]) -> None:
        assert people_named(content) == people


def recurring(amount: str, currency: str, frequency: Frequency) -> Recurring:
    return Recurring(Money(Decimal(amount), currency), frequency)


def test_a_usual_year_counts_months_twelve_times_and_converts_nothing() -> None:
    incomes = [recurring("1000.10", "EUR", Frequency.MONTHLY), recurring("500", "CHF", Frequency.YEARLY)]
    expenses = [
        recurring("200", "EUR", Frequency.YEARLY),
        recurring("9999", "EUR", Frequency.ONCE),
        recurring("1", "USD", Frequency.MONTHLY),
    ]

    years = usual_year(incomes, expenses)

    assert [(year.currency, str(year.incomes), str(year.expenses), str(year.remains)) for year in years] == [
        ("CHF", "500", "0", "500"),
        ("EUR", "12001.20", "200", "11801.20"),
        ("USD", "0", "12", "-12"),
    ]


def invoice(asked: str, paid: str = "0", due_in: int = 0, currency: str = "EUR") -> Invoice:
    value, settled = Money(Decimal(asked), currency), Money(Decimal(paid), currency)
    return Invoice(value, settled, TODAY + timedelta(days=due_in))


class TestInvoices:
    @pytest.mark.parametrize(
        ("asked", "state"),
        [
            (invoice("100"), PaymentState.OPEN),
            (invoice("100", "0.01"), PaymentState.PARTLY_PAID),
            (invoice("100", "100"), PaymentState.PAID),
            (invoice("100", "100", due_in=-1), PaymentState.PAID),
            (invoice("0"), PaymentState.PAID),
            (invoice("100", "99", due_in=-1), PaymentState.OVERDUE),
            (invoice("100", due_in=-1), PaymentState.OVERDUE),
        ],
    )
    def test_a7_the_payment_state_follows_from_the_invoice_and_the_day(
        self, asked: Invoice, state: PaymentState
    ) -> None:
        assert payment_state(asked, TODAY) is state

    def test_a7_balances_are_kept_apart_by_currency(self) -> None:
        invoices = [
            invoice("100", "40", due_in=-1),
            invoice("50", "10"),
            invoice("30", "30", due_in=-9),
            invoice("7", currency="CAD"),
        ]

        lines = balances(invoices, TODAY)

        told = [(one.currency, int(one.invoiced), int(one.paid), int(one.owed), int(one.overdue)) for one in lines]
        assert told == [("CAD", 7, 0, 7, 0), ("EUR", 180, 80, 100, 60)]
        assert balances([], TODAY) == ()

    @pytest.mark.parametrize(
        ("days", "paid", "wrong"),
        [
            (0, None, []),
            (30, Money(Decimal(100), "EUR"), []),
            (-1, None, [("due_on", "due_before_issued")]),
            (0, Money(Decimal("100.01"), "EUR"), [("paid.amount", "paid_too_much")]),
            (0, Money(Decimal(1), "CAD"), [("paid.currency", "paid_in_another_currency")]),
        ],
    )
    def test_a7_of_an_invoice_at_most_all_is_paid_in_its_currency(
        self, days: int, paid: Money | None, wrong: list[tuple[str, str]]
    ) -> None:
        errors = why_no_invoice(TODAY, TODAY + timedelta(days=days), Money(Decimal(100), "EUR"), paid)

        assert said(errors) == wrong


def nested(depth: int) -> dict[str, Any]:
    return {"deeper": nested(depth - 1)} if depth > 1 else {}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, None),
        ({"rate": 0.03, "years": [1, 2, None, True], "text": "a\nb"}, None),
        (nested(8), None),
        (nested(9), "too_deep"),
        ({"rows": [[[[[[[[[]]]]]]]]]}, "too_deep"),
        ({"rate": float("nan")}, "not_finite"),
        ({"rate": [float("-inf")]}, "not_finite"),
        ({"a\x00": 1}, "control_characters"),
        ({"a": ["\x00"]}, "control_characters"),
        ({"a": "\ud800"}, "control_characters"),
        ({"a": "x" * 65_536}, "too_large"),
        ({"rates": [1e300] * 200}, None),
        ({"rates": [1e300] * 250}, "too_large"),
        ({"rates": [1e-300] * 250}, "too_large"),
    ],
)
def test_what_a_tool_keeps_is_bounded_and_fit_to_be_kept(value: dict[str, Any], code: str | None) -> None:
    assert said(why_not_kept(value, field="parameters")) == ([("parameters", code)] if code else [])


@pytest.mark.parametrize(
    ("limited_to", "wanted", "branch"), [(None, None, None), (None, LEA, LEA), (MARC, None, MARC), (MARC, LEA, MARC)]
)
def test_a9_whoever_is_limited_to_a_branch_writes_for_that_branch(
    limited_to: UUID | None, wanted: UUID | None, branch: UUID | None
) -> None:
    assert branch_to_write(limited_to, wanted) == branch
