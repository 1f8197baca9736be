"""I3, I13: what owners may say of themselves, and who cannot leave."""

import pytest
from identity_service.invitations.domain import OfferState
from identity_service.owner.domain import checked_person_name, refuse_other_user_name, refuse_staff
from service_kit.errors import Conflict, Invalid


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


@pytest.mark.parametrize(
    ("places", "phone_verified"),
    [((), True), ((OfferState.WITHDRAWN, OfferState.DECLINED), True), ((OfferState.OFFERED,), False)],
)
def test_i13_whoever_is_on_no_firms_staff_may_go(places: tuple[OfferState, ...], phone_verified: bool) -> None:
    refuse_staff(places, phone_verified=phone_verified)


@pytest.mark.parametrize(
    ("places", "phone_verified"),
    [((OfferState.OPENED,), False), ((OfferState.WITHDRAWN, OfferState.OPENED), True), ((OfferState.OFFERED,), True)],
)
def test_i13_whoever_is_on_a_firms_staff_or_about_to_be_is_not_erased(
    places: tuple[OfferState, ...], phone_verified: bool
) -> None:
    with pytest.raises(Conflict) as refusal:
        refuse_staff(places, phone_verified=phone_verified)
    assert (refusal.value.code, refusal.value.rule) == ("staff_place", "I13")
