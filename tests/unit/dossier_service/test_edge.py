"""What comes in: names without control characters (M2), contact data named with field and rule (A3), unknown fields."""

import pytest
from dossier_service.access.grants.schemas import GrantIn
from dossier_service.clients.schemas import ClientIn
from dossier_service.dossiers.handover.schemas import HandoverIn
from dossier_service.dossiers.people.schemas import PersonPatch
from dossier_service.edge.contact import optional_contact, required_contact
from dossier_service.firms.staff.schemas import StaffIn
from pydantic import ValidationError
from service_kit.errors import Invalid

PERSON = {"given_name": "Léa", "family_name": "Dupont", "email": "lea@example.com", "phone": "+32470123456"}
INJECTED = ["Léa\r\nBcc: all@example.com", "Léa\n", "L\x00a", "a\u2028b", "\u202egnp.exe", "\x7f"]


@pytest.mark.parametrize("name", INJECTED)
def test_m2_a_name_that_could_inject_a_header_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        StaffIn.model_validate({**PERSON, "given_name": name})

    (error,) = caught.value.errors()
    assert (error["loc"], error["type"], error["ctx"]["rule"]) == (("given_name",), "control_characters", "M2")


@pytest.mark.parametrize("name", ["", "   "])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        StaffIn.model_validate({**PERSON, "given_name": name})


def test_names_are_kept_in_one_spelling() -> None:
    assert StaffIn.model_validate({**PERSON, "given_name": "  Le\u0301a "}).given_name == "Léa"


@pytest.mark.parametrize("model", [StaffIn, ClientIn, PersonPatch])
def test_an_unknown_field_is_refused(model: type[StaffIn] | type[ClientIn] | type[PersonPatch]) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"is_superuser": True})

    assert ("is_superuser",) in [error["loc"] for error in caught.value.errors()]


def test_m2_a_custom_text_may_have_lines_but_no_control_characters() -> None:
    grant = {"person_id": "00000000-0000-0000-0000-000000000001", "right": "read"}

    kept = GrantIn.model_validate({**grant, "custom_text": "Bonjour,\r\nà bientôt"})

    assert kept.custom_text == "Bonjour,\nà bientôt"
    for text in ("a\x1bb", "x" * 2001):
        with pytest.raises(ValidationError):
            GrantIn.model_validate({**grant, "custom_text": text})


@pytest.mark.parametrize("confirmed", ["yes", 1, "true"])
def test_a3_a_confirmation_is_a_plain_true(confirmed: object) -> None:
    grant = {"person_id": "00000000-0000-0000-0000-000000000001", "right": "read"}

    with pytest.raises(ValidationError):
        GrantIn.model_validate({**grant, "contact_confirmed": confirmed})


def test_a3_every_missing_or_malformed_field_is_named_with_its_rule() -> None:
    for email, phone in ((None, None), ("not an address", "0470 12 34 56"), ("", "+32 12")):
        with pytest.raises(Invalid) as caught:
            required_contact(email, phone)

        assert [(field.field, field.rule) for field in caught.value.fields] == [("email", "A3"), ("phone", "A3")]


def test_a3_contact_data_are_normalised() -> None:
    contact = required_contact("  LÉA@Exämple.COM ", "+32 (0)470/12.34.56".replace("(0)", ""))

    assert (contact.email, contact.phone) == ("léa@xn--exmple-cua.com", "+32470123456")


def test_a3_what_is_not_given_is_not_invented() -> None:
    assert optional_contact(None, None) == (None, None)
    with pytest.raises(Invalid):
        optional_contact("nobody", None)


def test_a_patch_knows_what_was_sent_and_what_was_not() -> None:
    change = PersonPatch.model_validate({"email": None, "contact_confirmed": True}).command()

    assert (change.values, change.contact_confirmed) == ({"email": None}, True)


def test_a_patch_cannot_empty_what_everybody_has() -> None:
    for field in ("role", "given_name", "family_name", "language"):
        with pytest.raises(ValidationError):
            PersonPatch.model_validate({field: None})


def test_m2_a_text_is_counted_as_it_is_kept() -> None:
    grows = "\u0958"  # one letter that NFC spells with two
    grant = {"person_id": "00000000-0000-0000-0000-000000000001", "right": "read"}

    assert len(GrantIn.model_validate({**grant, "custom_text": grows * 1000}).custom_text or "") == 2000
    with pytest.raises(ValidationError):
        GrantIn.model_validate({**grant, "custom_text": grows * 1001})


@pytest.mark.parametrize("reason", ["", " \n "])
def test_a1_a_handover_says_why(reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        HandoverIn.model_validate({"membership_id": "00000000-0000-0000-0000-000000000001", "reason": reason})

    assert [error["loc"] for error in caught.value.errors()] == [("reason",)]
