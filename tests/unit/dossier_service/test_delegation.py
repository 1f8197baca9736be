"""Who gives, changes and takes back grants: the manager (A1, A6), holders for their family (A2); contacts (A9)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dossier_service.access.domain import (
    GiverKind,
    Grantee,
    GrantStanding,
    Refusal,
    Standing,
    why_not_change_grant,
    why_not_grant,
    why_not_grant_to_contact,
    why_not_through_the_tree,
)
from dossier_service.dossiers.people.domain import EnteredBy, PersonRole
from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right

EVERYBODY = [
    "manager",
    "team",
    "administrator",
    "holder",
    "holder_read",
    "co_holder",
    "family_write",
    "adviser_write",
    "client_write",
]
FAMILY, HOLDER, ADVISER = PersonRole.FAMILY, PersonRole.HOLDER, PersonRole.ADVISER
READ, WRITE = Right.READ, Right.WRITE
Who = dict[str, Standing]
CHILD = Grantee(FAMILY, EnteredBy.STAFF)


def code(refusal: Refusal | None) -> tuple[str, str] | None:
    return (refusal.rule, refusal.code) if refusal else None


NOT_ALLOWED = ("A1", "manager_only")


@pytest.mark.parametrize(
    ("name", "right", "expected"),
    [
        ("manager", WRITE, None),
        ("team", READ, NOT_ALLOWED),
        ("administrator", READ, NOT_ALLOWED),
        ("holder", WRITE, None),
        ("holder", READ, None),
        ("co_holder", WRITE, None),
        ("holder_read", READ, None),
        ("holder_read", WRITE, ("A2", "above_own_right")),
        ("family_write", READ, NOT_ALLOWED),
        ("adviser_write", READ, NOT_ALLOWED),
        ("client_write", READ, NOT_ALLOWED),
    ],
)
def test_a1_a2_who_lets_in_a_family_member(
    everybody: Who, name: str, right: Right, expected: tuple[str, str] | None
) -> None:
    assert code(why_not_grant(everybody[name], CHILD, right)) == expected


@pytest.mark.parametrize(
    ("role", "entered_by", "manager", "holder"),
    [
        (FAMILY, EnteredBy.HOLDER, None, None),
        (FAMILY, EnteredBy.FAMILY, None, ("A2", "entered_by_others")),
        (FAMILY, EnteredBy.ADVISER, None, ("A2", "entered_by_others")),
        (ADVISER, EnteredBy.STAFF, None, ("A2", "family_only")),
        (HOLDER, EnteredBy.STAFF, None, ("A2", "family_only")),
        (PersonRole.CO_HOLDER, EnteredBy.STAFF, None, ("A2", "family_only")),
        (PersonRole.CLIENT, EnteredBy.STAFF, None, ("A2", "family_only")),
    ],
)
def test_a2_a6_whom_a_holder_lets_in(
    everybody: Who,
    role: PersonRole,
    entered_by: EnteredBy,
    manager: tuple[str, str] | None,
    holder: tuple[str, str] | None,
) -> None:
    grantee = Grantee(role, entered_by)

    assert code(why_not_grant(everybody["manager"], grantee, WRITE)) == manager
    assert code(why_not_grant(everybody["holder"], grantee, WRITE)) == holder


@pytest.mark.parametrize("name", ["manager", "holder"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"deceased": True}, ("A5", "person_deceased")),
        ({"is_giver": True}, ("A1", "grant_to_oneself")),
    ],
)
def test_nobody_grants_to_the_dead_or_to_themselves(
    everybody: Who, name: str, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert code(why_not_grant(everybody[name], replace(CHILD, **changes), READ)) == expected


@pytest.mark.parametrize("name", ["manager", "holder"])
def test_nothing_is_granted_on_a_closed_dossier(everybody: Who, name: str) -> None:
    closed = replace(everybody[name], closed=ClosedAccess.READ_ONLY)

    assert code(why_not_grant(closed, CHILD, READ)) == ("A10", "dossier_closed")


@pytest.mark.parametrize("name", EVERYBODY)
def test_a9_a_contact_is_let_in_by_the_manager_only(everybody: Who, name: str) -> None:
    assert code(why_not_grant_to_contact(everybody[name])) == (None if name == "manager" else NOT_ALLOWED)


@pytest.mark.parametrize("role", list(PersonRole))
def test_a9_a_contact_is_not_let_in_through_the_tree(role: PersonRole) -> None:
    expected = ("A9", "contact_access") if role is PersonRole.CLIENT else None

    assert code(why_not_through_the_tree(role)) == expected


@pytest.mark.parametrize(
    ("name", "role", "given_by", "right", "expected"),
    [
        ("manager", FAMILY, GiverKind.HOLDER, WRITE, None),
        ("manager", ADVISER, GiverKind.STAFF, None, None),
        ("team", FAMILY, GiverKind.STAFF, None, NOT_ALLOWED),
        ("administrator", FAMILY, GiverKind.STAFF, None, NOT_ALLOWED),
        ("family_write", FAMILY, GiverKind.HOLDER, None, NOT_ALLOWED),
        ("holder", FAMILY, GiverKind.HOLDER, WRITE, None),
        ("holder", FAMILY, GiverKind.HOLDER, None, None),
        ("co_holder", FAMILY, GiverKind.HOLDER, None, None),
        ("holder", FAMILY, GiverKind.STAFF, None, ("A2", "given_by_manager")),
        ("holder", HOLDER, GiverKind.HOLDER, None, ("A2", "family_only")),
        ("holder", ADVISER, GiverKind.STAFF, None, ("A2", "family_only")),
        ("holder_read", FAMILY, GiverKind.HOLDER, WRITE, ("A2", "above_own_right")),
        ("holder_read", FAMILY, GiverKind.HOLDER, READ, None),
    ],
)
def test_a1_a2_who_changes_or_takes_back_a_grant(
    everybody: Who,
    name: str,
    role: PersonRole,
    given_by: GiverKind,
    right: Right | None,
    expected: tuple[str, str] | None,
) -> None:
    assert code(why_not_change_grant(everybody[name], role, given_by, right)) == expected


def test_a2_staff_of_the_team_who_are_holders_too_let_in_their_family_as_holders(
    standing_with: Callable[..., Standing], grant_with: Callable[..., GrantStanding], everybody: Who
) -> None:
    both = replace(everybody["team"], grants=(grant_with(role=HOLDER, right=WRITE),))

    assert code(why_not_grant(both, CHILD, WRITE)) is None


@pytest.mark.parametrize(("name", "expected"), [("manager", None), ("holder", ("A2", "dossier_closed"))])
def test_a2_on_a_closed_dossier_the_manager_alone_changes_and_takes_back(
    everybody: Who, name: str, expected: tuple[str, str] | None
) -> None:
    closed = replace(everybody[name], closed=ClosedAccess.READ_ONLY)

    assert code(why_not_change_grant(closed, FAMILY, GiverKind.HOLDER)) == expected
