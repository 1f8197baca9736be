"""What the set-up of a portal may say: one or two people, and one sign-in per address (P1, I3)."""

from typing import Any

import pytest
from dossier_service.dossiers.people.domain import Analysis
from dossier_service.portal.domain import Central, why_not_these_people, why_not_this_analysis

LEA = Central("Léa", "Dupont", "lea@example.com")


def second(**changes: Any) -> Central:
    return Central(**{"given_name": "Jo", "family_name": "Dupont", "email": "jo@example.com", **changes})


@pytest.mark.parametrize(
    ("analysis", "co_holder", "code"),
    [
        (Analysis.INDIVIDUAL, False, None),
        (Analysis.JOINT, True, None),
        (Analysis.INDIVIDUAL, True, "co_holder_unexpected"),
        (Analysis.JOINT, False, "co_holder_missing"),
    ],
)
def test_p1_an_individual_analysis_is_about_one_and_a_joint_one_about_two(
    analysis: Analysis, co_holder: bool, code: str | None
) -> None:
    error = why_not_this_analysis(analysis, co_holder=co_holder)

    assert (error and error.code) == code
    assert error is None or (error.field, error.rule) == ("co_holder", "P1")


@pytest.mark.parametrize(
    ("holder", "co_holder", "wrong"),
    [
        (LEA, None, []),
        (LEA, second(), []),
        (LEA, second(email=None), []),
        (LEA, second(email="lea@example.com"), [("co_holder.email", "address_twice", "P1")]),
        (LEA, second(email=None, user_name="jo"), [("co_holder.user_name", "no_sign_in", "P1")]),
        (LEA, second(email=None, custom_text="Oui"), [("co_holder.custom_text", "no_sign_in", "P1")]),
        (LEA, second(user_name="jo"), []),
    ],
)
def test_p1_the_second_address_may_be_missing_and_is_never_the_first(
    holder: Central, co_holder: Central | None, wrong: list[tuple[str, str, str]]
) -> None:
    found = [(one.field, one.code, one.rule) for one in why_not_these_people(holder, co_holder)]

    assert found == wrong


@pytest.mark.parametrize(("first", "other", "alike"), [("lea", "lea", 1), ("lea1", "leal", 1), ("lea", "leo", 0)])
def test_i3_two_people_do_not_wish_for_one_name_nor_for_look_alikes(first: str, other: str, alike: int) -> None:
    holder = Central("Léa", "Dupont", "lea@example.com", user_name=first)

    errors = why_not_these_people(holder, second(user_name=other))

    assert [(one.code, one.rule) for one in errors] == [("user_name_twice", "I3")] * alike


def test_i3_a_name_is_proposed_unless_one_is_wished() -> None:
    assert LEA.shown_name == "lea.dupont"
    assert second(user_name="jojo").shown_name == "jojo"
