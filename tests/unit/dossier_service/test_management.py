"""Who may manage a dossier: grants (A1), team (A14), handover (A1), advisers (A6), tree (A7, A5); who sees rights."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from dossier_service.access.domain import (
    Refusal,
    RightsDetail,
    Standing,
    entered_by,
    rights_detail,
    why_not_add_person,
    why_not_change_person,
    why_not_change_team,
    why_not_hand_over,
    why_not_manage,
    why_not_open,
    why_not_register_adviser,
    why_not_remove_adviser,
    why_not_remove_person,
    why_not_see_advisers,
    why_not_see_rights,
)
from dossier_service.dossiers.people.domain import EnteredBy, PersonRole

EVERYBODY = ["manager", "team", "administrator", "holder", "co_holder", "family_write", "family_read"]
FAMILY, HOLDER, CO_HOLDER = PersonRole.FAMILY, PersonRole.HOLDER, PersonRole.CO_HOLDER
Who = dict[str, Standing]


def rule_of(refusal: Refusal | None) -> str | None:
    return refusal.rule if refusal else None


@pytest.mark.parametrize(
    ("ask", "may", "rule"),
    [
        (why_not_manage, {"manager"}, "A1"),
        (why_not_change_team, {"manager"}, "A14"),
        (why_not_hand_over, {"manager", "administrator"}, "A1"),
        (why_not_open, set(EVERYBODY) - {"administrator"}, "A14"),
    ],
)
@pytest.mark.parametrize("name", EVERYBODY)
def test_a1_a14_only_those_the_law_names_may(
    everybody: Who, ask: Callable[[Standing], Refusal | None], may: set[str], rule: str, name: str
) -> None:
    assert rule_of(ask(everybody[name])) == (None if name in may else rule)


@pytest.mark.parametrize("name", [*EVERYBODY, "holder_read", "adviser_write", "client_write"])
def test_a2_a6_a15_rights_and_advisers_are_for_staff_and_holders(everybody: Who, name: str) -> None:
    who_may = {"manager", "team", "holder", "holder_read", "co_holder"}
    refused = "A14" if name == "administrator" else None

    assert rule_of(why_not_see_rights(everybody[name])) == (None if name in who_may else refused or "A2")
    assert rule_of(why_not_see_advisers(everybody[name])) == (None if name in who_may else refused or "A6")


@pytest.mark.parametrize(
    ("name", "role", "detail"),
    [
        ("manager", HOLDER, RightsDetail.ALL),
        ("team", PersonRole.CLIENT, RightsDetail.ALL),
        ("holder", FAMILY, RightsDetail.CONTACT),
        ("co_holder", FAMILY, RightsDetail.CONTACT),
        ("holder", CO_HOLDER, RightsDetail.OUTLINE),
        ("holder", HOLDER, RightsDetail.OUTLINE),
        ("holder", PersonRole.ADVISER, RightsDetail.OUTLINE),
        ("holder", PersonRole.CLIENT, RightsDetail.OUTLINE),
    ],
)
def test_a2_a12_how_much_the_rights_page_shows(
    everybody: Who, name: str, role: PersonRole, detail: RightsDetail
) -> None:
    assert rights_detail(everybody[name], role) is detail


@pytest.mark.parametrize("name", [*EVERYBODY, "adviser_write", "client_write"])
def test_a6_advisers_are_the_managers_to_register(everybody: Who, name: str) -> None:
    assert rule_of(why_not_register_adviser(everybody[name])) == (None if name == "manager" else "A6")


@pytest.mark.parametrize(("granted", "rule"), [(True, "A7"), (False, None)])
def test_a7_an_adviser_who_holds_a_grant_stays(granted: bool, rule: str | None) -> None:
    assert rule_of(why_not_remove_adviser(granted=granted)) == rule


@pytest.mark.parametrize(
    ("name", "role", "contact", "rule"),
    [
        ("manager", FAMILY, True, None),
        ("manager", HOLDER, True, None),
        ("team", CO_HOLDER, True, None),
        ("holder", FAMILY, True, None),
        ("holder", FAMILY, False, None),
        ("holder_read", FAMILY, False, "A7"),
        ("family_write", FAMILY, False, None),
        ("family_write", FAMILY, True, "A7"),
        ("adviser_write", FAMILY, False, None),
        ("adviser_write", FAMILY, True, "A7"),
        ("holder", CO_HOLDER, False, "A7"),
        ("family_write", HOLDER, False, "A7"),
        ("adviser_write", CO_HOLDER, False, "A7"),
        ("family_read", FAMILY, False, "A7"),
        ("adviser_read", FAMILY, False, "A7"),
        ("client_write", FAMILY, False, "A7"),
        ("administrator", FAMILY, False, "A14"),
    ],
)
def test_a7_who_enters_whom_into_the_tree(
    everybody: Who, name: str, role: PersonRole, contact: bool, rule: str | None
) -> None:
    assert rule_of(why_not_add_person(everybody[name], role, contact_given=contact)) == rule


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("manager", EnteredBy.STAFF),
        ("team", EnteredBy.STAFF),
        ("holder", EnteredBy.HOLDER),
        ("co_holder", EnteredBy.HOLDER),
        ("family_write", EnteredBy.FAMILY),
        ("adviser_write", EnteredBy.ADVISER),
    ],
)
def test_a2_it_is_noted_as_whom_somebody_entered_a_person(everybody: Who, name: str, who: EnteredBy) -> None:
    assert entered_by(everybody[name]) is who


def test_a2_a_holder_who_is_family_too_enters_as_holder(everybody: Who) -> None:
    both = replace(everybody["family_write"], grants=everybody["family_write"].grants + everybody["holder_read"].grants)

    assert entered_by(both) is EnteredBy.HOLDER


@pytest.mark.parametrize(
    ("name", "granted", "contact", "rule"),
    [
        ("manager", True, True, None),
        ("team", True, True, "A7"),
        ("holder", True, True, "A7"),
        ("family_write", True, True, "A7"),
        ("team", False, True, None),
        ("holder", False, True, None),
        ("family_write", False, True, "A7"),
        ("adviser_write", False, True, "A7"),
        ("family_write", True, False, None),
        ("adviser_write", True, False, None),
        ("family_read", False, False, "A7"),
    ],
)
def test_a7_contact_data_of_a_person_with_a_grant_are_the_managers_and_of_others_the_staffs_and_holders(
    everybody: Who, name: str, granted: bool, contact: bool, rule: str | None
) -> None:
    refusal = why_not_change_person(
        everybody[name], granted=granted, role=FAMILY, new_role=FAMILY, contact_changes=contact
    )

    assert rule_of(refusal) == rule


@pytest.mark.parametrize(
    ("name", "granted", "role", "new_role", "rule"),
    [
        ("manager", True, FAMILY, CO_HOLDER, None),
        ("manager", True, HOLDER, FAMILY, "A5"),
        ("manager", True, CO_HOLDER, FAMILY, "A5"),
        ("manager", True, CO_HOLDER, HOLDER, None),
        ("manager", False, HOLDER, FAMILY, None),
        ("team", True, FAMILY, CO_HOLDER, "A7"),
        ("team", False, FAMILY, CO_HOLDER, None),
        ("holder", False, FAMILY, CO_HOLDER, "A7"),
    ],
)
def test_a5_a7_roles_change_as_the_law_says(
    everybody: Who, name: str, granted: bool, role: PersonRole, new_role: PersonRole, rule: str | None
) -> None:
    refusal = why_not_change_person(
        everybody[name], granted=granted, role=role, new_role=new_role, contact_changes=False
    )

    assert rule_of(refusal) == rule


@pytest.mark.parametrize(
    ("name", "granted", "role", "rule", "kind"),
    [
        ("manager", True, FAMILY, "A7", "conflict"),
        ("manager", True, HOLDER, "A5", "conflict"),
        ("manager", True, CO_HOLDER, "A5", "conflict"),
        ("manager", False, HOLDER, None, None),
        ("holder", False, FAMILY, None, None),
        ("holder", False, HOLDER, "A7", "forbidden"),
        ("family_read", False, FAMILY, "A7", "forbidden"),
    ],
)
def test_a5_a7_who_holds_a_grant_stays_in_the_tree(
    everybody: Who, name: str, granted: bool, role: PersonRole, rule: str | None, kind: str | None
) -> None:
    refusal = why_not_remove_person(everybody[name], granted=granted, role=role)

    assert (rule_of(refusal), refusal.kind if refusal else None) == (rule, kind)
