"""I3, I13: what owners may say of themselves, and what is left of somebody who was erased."""

from uuid import UUID

import pytest
from identity_service.owner.domain import checked_person_name, erased_address, refuse_other_user_name, refuse_staff
from service_kit.errors import Conflict, Invalid
from service_kit.ids import new_id
from service_kit.people import normalise_email


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Jan ", "Jan"),
        ("Anne  Marie\tde Wit", "Anne Marie de Wit"),
        ("Zoe\u0308", "Zoë"),
        ("O'Neill-D\u2019Hondt", "O'Neill-D\u2019Hondt"),
        ("\u674e", "\u674e"),
    ],
)
def test_i13_a_name_is_one_line_of_letters_that_can_be_read(typed: str, name: str) -> None:
    assert checked_person_name("given_name", typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_missing"),
        (" \n ", "name_missing"),
        ("x" * 101, "name_too_long"),
        ("x" * 100_000, "name_too_long"),
        ("Jan\x00", "name_malformed"),
        ("Jan\u202e", "name_malformed"),
        ("Jan\x1b[31m", "name_malformed"),
    ],
)
def test_i13_what_cannot_be_shown_is_no_name(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_person_name("family_name", typed)
    assert (refusal.value.code, refusal.value.fields[0].field) == (code, "family_name")


def test_i3_a_user_name_may_be_repeated_and_never_changed() -> None:
    refuse_other_user_name("jan.peeters", None)
    refuse_other_user_name("jan.peeters", "jan.peeters")
    for other in ("Jan.Peeters", "jan", ""):
        with pytest.raises(Conflict) as refusal:
            refuse_other_user_name("jan.peeters", other)
        assert (refusal.value.code, refusal.value.rule) == ("user_name_immutable", "I3")


def test_i13_whoever_is_on_a_firms_staff_is_not_erased() -> None:
    refuse_staff(0)
    with pytest.raises(Conflict) as refusal:
        refuse_staff(1)
    assert (refusal.value.code, refusal.value.rule) == ("staff_place", "I13")


def test_i13_what_stands_for_an_erased_address_is_one_of_a_kind_and_no_address_to_write_to() -> None:
    first, second = new_id(), new_id()
    assert erased_address(first) != erased_address(second)
    assert erased_address(UUID(int=1)).endswith("@erased.invalid")
    with pytest.raises(Invalid):
        normalise_email(erased_address(first))
