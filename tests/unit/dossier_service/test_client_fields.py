"""What a client's record may say: its code (I3), its addresses and numbers (A3, A7), who pays for it. No database."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from dossier_service.clients.domain import (
    FIELDS,
    FIRMS_OWN,
    ClientKind,
    checked,
    checked_code,
    refuse,
    why_not_billed_to,
    why_not_together,
)
from service_kit.countries import COUNTRIES
from service_kit.errors import Invalid
from service_kit.user_names import contact_names, skeleton

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
PERSON = {"given_name": "Léa", "company_name": None}


def refused(call: Callable[[], object]) -> list[tuple[str, str, str | None]]:
    with pytest.raises(Invalid) as refusal:
        call()
    return [(field.field, field.code, field.rule) for field in refusal.value.fields]


class TestCodes:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("8005551", "8005551"),
            (" DUP-01 ", "DUP-01"),
            ("a", "a"),
            ("ab.c_d-e", "ab.c_d-e"),
            ("８００５５５１", "8005551"),
            ("x" * 56, "x" * 56),
        ],
    )
    def test_i3_a_code_is_kept_as_typed_and_begins_a_user_name(self, typed: str, kept: str) -> None:
        assert checked_code(typed) == kept
        assert next(iter(contact_names(kept))) == f"{kept.lower()}001"

    @pytest.mark.parametrize("typed", ["", " ", "x" * 57, "a b", "é", "-a", "a.", "a/b", "a\nb", "д", "a\x00"])
    def test_i3_a_code_of_which_no_user_name_can_be_made_is_refused(self, typed: str) -> None:
        assert refused(lambda: checked_code(typed)) == [("code", "code_malformed", "I3")]

    @pytest.mark.parametrize("other", ["8OO555L", "8oo555l", "8005551", "８００５５５１", "800555i", "8005S51"])
    def test_i3_codes_that_look_alike_have_one_skeleton(self, other: str) -> None:
        assert (skeleton(other) == skeleton("8005551")) is ("S" not in other)


class TestFields:
    def test_a3_contact_data_and_numbers_have_one_spelling(self) -> None:
        typed = {
            "email": " LÉA@exämple.com",
            "phone": "+32 470 12.34.56",
            "mobile": "+32 (470) 12 34 57",
            "fax": "+32-2-513 12 34",
            "enterprise_number": " 0403.170   701 ",
            "website": " https://hervedavid.example/à propos".replace(" propos", "-propos"),
            "currency": "CAD",
            "code": " AB1 ",
            "type": None,
        }

        assert checked(typed) == {
            "email": "léa@xn--exmple-cua.com",
            "phone": "+32470123456",
            "mobile": "+32470123457",
            "fax": "+3225131234",
            "enterprise_number": "0403.170 701",
            "website": "https://hervedavid.example/à-propos",
            "currency": "CAD",
            "code": "AB1",
            "type": None,
        }

    def test_every_wrong_field_is_named_at_once_with_its_rule(self) -> None:
        typed = {"email": "nobody", "phone": "0470", "fax": "+1", "currency": "EURO", "website": "x", "code": "a b"}

        assert {(field, rule) for field, _, rule in refused(lambda: checked(typed))} == {
            ("email", "A3"),
            ("phone", "A3"),
            ("fax", "A3"),
            ("currency", "A7"),
            ("website", "A7"),
            ("code", "I3"),
        }

    @pytest.mark.parametrize(
        "typed",
        [
            "hervedavid.example",
            "javascript:alert(1)",
            "ftp://a.example",
            "https://",
            "https:///path",
            "https://user:secret@a.example",
            "https://a.example@evil.example",
            "https://a.example/\r\nX: y",
            "https://a .example",
            "https://a.example\\@evil.example",
            "https://[::1",
            "https://a.example:port",
            "https://a.example/" + "x" * 300,
        ],
    )
    def test_a7_what_is_no_website_is_refused(self, typed: str) -> None:
        assert refused(lambda: checked({"website": typed})) == [("website", "website_malformed", "A7")]

    @pytest.mark.parametrize("typed", ["", "-", "x" * 31, "<b>", "1\x002", "№5"])
    def test_a7_what_is_no_number_is_refused(self, typed: str) -> None:
        assert refused(lambda: checked({"enterprise_number": typed})) == [
            ("enterprise_number", "number_malformed", "A7")
        ]

    @pytest.mark.parametrize("typed", ["cad", "XXX", "XAU", "", "€"])
    def test_a7_a_currency_is_one_of_iso_4217(self, typed: str) -> None:
        assert [field for field, _, _ in refused(lambda: checked({"currency": typed}))] == ["currency"]


class TestWholeRecord:
    @pytest.mark.parametrize(
        ("name", "country", "number", "fits"),
        [
            ("enterprise_number", "BE", "0403.170.701", True),
            ("enterprise_number", "BE", "BE 0403.170.701", True),
            ("enterprise_number", "BE", "0403.170.702", False),
            ("enterprise_number", "BE", "1143920115", False),
            ("enterprise_number", "CA", "1143920115", True),
            ("enterprise_number", None, "1143920115", True),
            ("business_number", "CA", "12302 6635 RC0001", True),
            ("business_number", "CA", "123026635", True),
            ("business_number", "CA", "123456789", False),
            ("business_number", "BE", "123456789", True),
            ("business_number", "FR", "732 829 320", True),
        ],
    )
    def test_a_number_is_checked_as_its_country_knows_to(
        self, name: str, country: str | None, number: str, fits: bool
    ) -> None:
        address = None if country is None else {"country": country}
        wrong = why_not_together(ClientKind.PERSON, {**PERSON, "postal_address": address, name: number})

        assert [(error.field, error.code) for error in wrong] == ([] if fits else [(name, "number_of_country")])

    @pytest.mark.parametrize(
        ("kind", "name", "right"),
        [
            (ClientKind.COMPANY, "Dupont SA", True),
            (ClientKind.COMPANY, None, False),
            (ClientKind.PERSON, None, True),
            (ClientKind.PERSON, "Dupont SA", False),
        ],
    )
    def test_a_company_has_a_name_and_a_person_has_none(self, kind: ClientKind, name: str | None, right: bool) -> None:
        wrong = why_not_together(kind, {"company_name": name})

        assert [error.field for error in wrong] == ([] if right else ["company_name"])

    def test_nothing_wrong_is_refused_not(self) -> None:
        refuse([])

    def test_what_is_the_firms_own_is_part_of_the_record(self) -> None:
        assert set(FIRMS_OWN) < set(FIELDS)
        assert len(set(FIELDS)) == len(FIELDS)

    def test_countries_are_those_of_iso_3166(self) -> None:
        assert {"BE", "CA", "FR", "NL"} <= COUNTRIES
        assert not {"AC", "TA", "EU", "UK", "ZZ"} & COUNTRIES


@pytest.mark.parametrize(
    ("client", "payer", "payers", "code"),
    [
        (ONE, TWO, [], None),
        (ONE, TWO, [THREE], None),
        (ONE, ONE, [], "bill_to_itself"),
        (ONE, TWO, [ONE], "bill_to_circular"),
        (ONE, TWO, [THREE, ONE], "bill_to_circular"),
    ],
)
def test_nobody_pays_for_themselves_by_way_of_others(
    client: UUID, payer: UUID, payers: list[UUID], code: str | None
) -> None:
    wrong: Any = why_not_billed_to(client, payer, payers)

    assert [(error.field, error.code) for error in wrong] == ([] if code is None else [("bill_to", code)])
