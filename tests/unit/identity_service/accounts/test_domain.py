"""I3, I13: which user name is proposed, what may be one, which two look alike, and what an erased account keeps."""

from itertools import islice
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_service.accounts.domain import default_names, erased_address
from service_kit.errors import Invalid
from service_kit.ids import new_id
from service_kit.people import normalise_email
from service_kit.user_names import checked_name, contact_names, proposed_name, skeleton, variants


@pytest.mark.parametrize(
    ("given_name", "family_name", "proposed"),
    [
        ("Jan", "Peeters", "jan.peeters"),
        ("Éloïse", "Lefèvre", "eloise.lefevre"),
        ("Jean-Pierre", "D'Hondt", "jean-pierre.dhondt"),
        ("An", "Van den Berghe", "an.vandenberghe"),
        ("Søren", "Groß", "soren.gross"),
        ("Łucja", "Wałęsa", "lucja.walesa"),
        ("İpek", "Yıldız", "ipek.yildiz"),
        ("", "Peeters", "peeters"),
        ("Jan", "", "jan"),
        ("王", "伟", "account"),
        ("X", "", "account"),
        ("Jan\r\nBcc: eve@example.org", "<script>", "janbcceveexampleorg.script"),
        ("--", "..", "account"),
    ],
)
def test_i3_the_proposal_is_given_name_dot_family_name_in_ascii(
    given_name: str, family_name: str, proposed: str
) -> None:
    assert proposed_name(given_name, family_name) == proposed


@pytest.mark.parametrize(
    ("code", "first"),
    [("8005551", "8005551001"), (" CL-7 ", "cl-7001"), ("\uff18\uff10\uff10", "800001"), ("a", "a001")],
)
def test_i3_a_contacts_name_is_the_clients_code_and_a_three_digit_sequence(code: str, first: str) -> None:
    names = list(islice(contact_names(code), 1200))
    assert names[0] == first
    assert len(set(names)) == 1200
    assert all(checked_name(name) == name for name in names)


def test_i3_the_seeds_contact_is_the_216th_of_its_client() -> None:
    assert list(islice(contact_names("8005551"), 216))[-1] == "8005551216"


@pytest.mark.parametrize(
    ("given_name", "family_name", "code", "names"),
    [
        ("Mireille", "Couture", None, ["mireille.couture", "mireille.couture2", "mireille.couture3"]),
        ("", "Couture", None, ["couture", "couture2", "couture3"]),
        ("Mireille", "Couture", "8005551", ["8005551001", "8005551002", "8005551003"]),
        ("", "Couture", " CL-7 ", ["cl-7001", "cl-7002", "cl-7003"]),
        ("Mireille", "Couture", "a/b", ["mireille.couture", "mireille.couture2", "mireille.couture3"]),
        ("Mireille", "Couture", "", ["mireille.couture", "mireille.couture2", "mireille.couture3"]),
    ],
)
def test_i3_a_contact_is_called_after_the_clients_code_and_everybody_else_after_themselves(
    given_name: str, family_name: str, code: str | None, names: list[str]
) -> None:
    assert list(islice(default_names(given_name, family_name, code), 3)) == names


@pytest.mark.parametrize("code", ["", "  ", ".", "-7", "a b", "a/b", "7\r\nBcc: eve", "\u0661", "x" * 57])
def test_i3_a_code_that_cannot_begin_a_name_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        contact_names(code)
    assert (refused.value.code, refused.value.rule) == ("client_code_malformed", "I3")


@given(st.text(max_size=80), st.text(max_size=80))
def test_i3_every_proposal_and_its_variants_are_allowed_names(given_name: str, family_name: str) -> None:
    for name in islice(variants(proposed_name(given_name, family_name)), 12):
        assert checked_name(name) == name


def test_i3_variants_count_from_two_and_stay_short_enough() -> None:
    assert list(islice(variants("jan.peeters"), 3)) == ["jan.peeters", "jan.peeters2", "jan.peeters3"]
    assert {len(name) for name in islice(variants("a" * 64), 1, 2000)} <= set(range(57, 65))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jan.peeters", "JAN.Peeters"),
        ("jan.peeters", " jan.peeters "),
        ("bob", "b0b"),
        ("paul", "pau1"),
        ("lieve", "1ieve"),
        ("marie", "rnarie"),
        ("willem", "vvillem"),
        ("jan_peeters", "jan-peeters"),
        ("jan", "ｊａｎ"),
    ],
)
def test_i3_look_alikes_are_one_name(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("jan", "jane"), ("jan.peeters", "janpeeters"), ("jan2", "jan3"), ("alice", "ice")]
)
def test_i3_different_names_stay_different(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("typed", ["Jan.Peeters", " jan.peeters\t", "ＪＡＮ.peeters", "8005551216", "a_b"])
def test_i3_a_name_is_kept_in_lower_case_without_outer_spaces(typed: str) -> None:
    assert checked_name(typed) == checked_name(checked_name(typed))


@pytest.mark.parametrize(
    "typed",
    ["", "ab", ".jan", "jan.", "jan peeters", "jan@example.org", "jän", "jаn", "a" * 65, "jan\nne", "<b>jan</b>"],
)
def test_i3_what_is_no_name_is_refused_with_field_and_rule(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_name(typed)
    assert [(field.field, field.rule) for field in refusal.value.fields] == [("user_name", "I3")]


def test_i13_what_stands_for_an_erased_address_is_one_of_a_kind_and_no_address_to_write_to() -> None:
    first, second = new_id(), new_id()
    assert erased_address(first) != erased_address(second)
    assert erased_address(UUID(int=1)).endswith("@erased.invalid")
    with pytest.raises(Invalid):
        normalise_email(erased_address(first))
