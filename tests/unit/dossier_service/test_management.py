"""Who may manage a dossier: grants (A1), team (A14), handover (A1), tree (A7, A5)."""

from collections.abc import Callable

import pytest
from dossier_service.access.domain import (
    Refusal,
    Standing,
    why_not_add_person,
    why_not_change_person,
    why_not_change_team,
    why_not_hand_over,
    why_not_manage,
    why_not_open,
    why_not_remove_person,
    why_not_see_rights,
)
from dossier_service.dossiers.people.domain import PersonRole

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


@pytest.mark.parametrize("name", EVERYBODY)
def test_a1_a14_the_rights_page_is_for_manager_and_team(everybody: Who, name: str) -> None:
    expected = {"manager": None, "team": None, "administrator": "A14"}.get(name, "A1")

    assert rule_of(why_not_see_rights(everybody[name])) == expected


@pytest.mark.parametrize(
    ("name", "role", "rule"),
    [
        ("manager", FAMILY, None),
        ("manager", HOLDER, None),
        ("team", CO_HOLDER, None),
        ("holder", FAMILY, None),
        ("family_write", FAMILY, None),
        ("holder", CO_HOLDER, "A7"),
        ("family_write", HOLDER, "A7"),
        ("family_read", FAMILY, "A7"),
        ("administrator", FAMILY, "A14"),
    ],
)
def test_a7_who_enters_whom_into_the_tree(everybody: Who, name: str, role: PersonRole, rule: str | None) -> None:
    assert rule_of(why_not_add_person(everybody[name], role)) == rule


@pytest.mark.parametrize(
    ("name", "granted", "contact", "rule"),
    [
        ("manager", True, True, None),
        ("team", True, True, "A7"),
        ("holder", True, True, "A7"),
        ("family_write", True, True, "A7"),
        ("team", False, True, None),
        ("holder", False, True, None),
        ("family_write", True, False, None),
        ("family_read", False, False, "A7"),
    ],
)
def test_a7_contact_data_of_a_person_with_a_grant_are_the_managers(
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
