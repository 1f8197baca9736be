"""Contacts of a client company, as pure rules: names, numbers, the proposed user code, who changes what (K1, I3)."""

from typing import Any

import pytest
from dossier_service.clients.contacts.access.domain import proposed_name, wished_name
from dossier_service.clients.contacts.access.schemas import AccessIn, AccessPatch
from dossier_service.clients.contacts.domain import (
    CONTACT_DATA,
    checked_number,
    names_of,
    sign_in_number,
    why_not_change,
    why_not_correct_with_access,
    why_not_have_contacts,
    why_not_remove,
)
from dossier_service.clients.contacts.schemas import ContactIn, ContactPatch
from dossier_service.clients.domain import ClientKind
from dossier_service.dossiers.people.domain import PersonRole, needs_phone
from pydantic import ValidationError
from service_kit.errors import Invalid

CODE = "8005551"


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Mireille Couture", ("Mireille", "Couture")),
        ("Jean-Pierre de la Tour", ("Jean-Pierre", "de la Tour")),
        ("Mireille   Couture", ("Mireille", "Couture")),
        ("Mireille\u00a0Couture", ("Mireille", "Couture")),
        ("Accueil", ("", "Accueil")),
    ],
)
def test_k1_a_name_is_split_at_its_first_space(name: str, person: tuple[str, str]) -> None:
    assert names_of(name) == person


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("521 1224 6321", "521 1224 6321"),
        ("(514) 555-0134", "(514) 555-0134"),
        ("521  1224\u00a06321 ", "521 1224 6321"),
        ("+32 470 12 34 56", "+32470123456"),
        ("+1 (514) 555-0134", "+15145550134"),
    ],
)
def test_k1_a_number_without_its_country_is_kept_as_typed(typed: str, kept: str) -> None:
    assert checked_number(typed, field="fax") == kept


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", "K1"),
        ("--", "K1"),
        ("call me", "K1"),
        ("521 1224 ext 5", "K1"),
        ("٠٤٧٠", "K1"),
        ("+32 12", "A3"),
        ("+", "A3"),
    ],
)
def test_k1_what_is_no_number_is_refused_by_its_field(typed: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_number(typed, field="mobile")

    (error,) = refused.value.fields
    assert (error.field, error.rule) == ("mobile", rule)


@pytest.mark.parametrize(
    ("mobile", "phone", "number"),
    [
        ("+32470123456", "+3222222222", "+32470123456"),
        (None, "+3222222222", "+3222222222"),
        ("524 1478 1263", "+3222222222", "+3222222222"),
        ("524 1478 1263", "521 1224 6321", None),
        (None, None, None),
    ],
)
def test_a3_codes_go_to_the_mobile_else_to_the_phone_never_to_a_guessed_country(
    mobile: str | None, phone: str | None, number: str | None
) -> None:
    assert sign_in_number(mobile, phone) == number


@pytest.mark.parametrize("role", list(PersonRole))
def test_k2_only_a_contact_may_be_without_phone(role: PersonRole) -> None:
    assert needs_phone(role) is (role is not PersonRole.CLIENT)


@pytest.mark.parametrize(
    ("claims", "proposed"),
    [
        ([], "8005551001"),
        (["8005551001"], "8005551002"),
        (["8OO555L001"], "8005551002"),
        (["8005551216"], "8005551001"),
        (["8005551001", "8005551003"], "8005551002"),
        ([None], "8005551002"),
        (["8005551002", None, "mireille.couture"], "8005551003"),
        ([f"8005551{number:03d}" for number in range(1, 1000)], "80055511000"),
    ],
)
def test_i3_the_proposal_is_the_code_with_the_next_free_number(claims: list[str | None], proposed: str) -> None:
    assert proposed_name(CODE, claims) == proposed


@pytest.mark.parametrize("code", ["", "HERVÉ & FILS", "x" * 57])
def test_i3_a_code_no_name_can_begin_with_leaves_the_proposal_to_identity(code: str) -> None:
    assert proposed_name(code, []) is None


@pytest.mark.parametrize(
    ("typed", "wish"),
    [(None, None), ("8005551001", None), ("8005551216", "8005551216"), ("mireille", "mireille")],
)
def test_i3_the_proposal_sent_back_is_no_wish(typed: str | None, wish: str | None) -> None:
    assert wished_name(typed, "8005551001") == wish


def test_k1_contacts_are_those_of_a_company() -> None:
    refusal = why_not_have_contacts(ClientKind.PERSON)

    assert refusal is not None
    assert (refusal.kind, refusal.code, refusal.rule) == ("conflict", "not_a_company", "K1")
    assert why_not_have_contacts(ClientKind.COMPANY) is None


@pytest.mark.parametrize("field", ["name", "email", "phone", "mobile", "language", "title", "department", "fax"])
@pytest.mark.parametrize("managed", [[], [True], [False], [True, False]])
def test_a7_contact_data_with_a_grant_are_the_managers(field: str, managed: list[bool]) -> None:
    refusal = why_not_change({field}, managed)

    assert (refusal is not None) is (field in CONTACT_DATA and False in managed)
    assert refusal is None or (refusal.kind, refusal.rule) == ("forbidden", "A7")


@pytest.mark.parametrize(("changed", "elsewhere"), [(False, False), (False, True), (True, False), (True, True)])
def test_a7_what_another_access_rests_on_is_not_corrected_in_passing(changed: bool, elsewhere: bool) -> None:
    refusal = why_not_correct_with_access(changed=changed, granted_elsewhere=elsewhere)

    assert (refusal is not None) is (changed and elsewhere)


def test_a7_who_holds_a_grant_is_not_removed() -> None:
    refusal = why_not_remove(granted=True)

    assert refusal is not None
    assert (refusal.code, refusal.rule) == ("person_has_grant", "A7")
    assert why_not_remove(granted=False) is None


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": " \t"}, {"title": "Responsable stock"}])
@pytest.mark.parametrize("model", [ContactIn, ContactPatch])
def test_k1_a_contact_without_a_name_is_refused(model: Any, body: dict[str, Any]) -> None:
    if model is ContactPatch and "name" not in body:
        assert "name" not in model.model_validate(body).command().values
        return
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)

    (error,) = refused.value.errors()
    assert (error["loc"], error["type"], error["ctx"]["rule"]) == (("name",), "contact_without_name", "K1")


def test_k1_openapi_says_that_the_name_is_required() -> None:
    schema = ContactIn.model_json_schema()

    assert schema["required"] == ["name"]
    assert "default" not in schema["properties"]["name"]


@pytest.mark.parametrize("field", ["name", "title", "department", "type", "location"])
def test_m2_texts_are_one_line(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ContactIn.model_validate({"name": "Mireille Couture", field: "a\r\nBcc: all@example.com"})

    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_a9_the_role_of_a_request_goes_nowhere() -> None:
    asked = AccessIn.model_validate({"role": "administrator"})

    assert not hasattr(asked.command(), "role")
    assert asked.command() == AccessIn().command()


def test_a9_a_patch_leaves_alone_what_it_does_not_name() -> None:
    limits = AccessPatch.model_validate({"branch_id": None}).limits()

    assert (limits.keep_networks, limits.keep_branch, limits.branch_id) == (True, False, None)
    assert AccessPatch().chosen_right() is None


def test_a9_a_limit_has_only_so_many_networks() -> None:
    with pytest.raises(ValidationError):
        AccessIn.model_validate({"networks": ["10.0.0.1"] * 21})
