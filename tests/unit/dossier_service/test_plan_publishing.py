"""Who a plan may be published to, and who hears of it (P2, A5, A8, A9, I11, M5)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import MODULES, GrantState, Party, Section
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.plans.publications.domain import (
    Choice,
    Reader,
    check_choice,
    check_readers,
    distribution,
    why_not_publish,
    why_not_publish_to,
)
from event_contracts.dossier import ClosedAccess
from service_kit.errors import Conflict, Invalid, NotFound

BRANCH, OTHER = UUID(int=1), UUID(int=2)
LEA = Reader(UUID(int=11), UUID(int=12), "Léa Dupont", PersonRole.HOLDER, GrantState.ACTIVE, "lea@example.com")
LUC = replace(LEA, grant_id=UUID(int=21), person_id=UUID(int=22), state=GrantState.OFFERED)


@pytest.mark.parametrize("role", list(PersonRole))
@pytest.mark.parametrize("state", [GrantState.OFFERED, GrantState.ACTIVE])
def test_p2_anybody_with_a_live_grant_may_be_chosen(role: PersonRole, state: GrantState) -> None:
    assert why_not_publish_to(Choice(replace(LEA, role=role, state=state), True), None) is None


REFUSED: list[tuple[dict[str, Any], bool, str, str]] = [
    ({"state": GrantState.WITHDRAWN}, True, "grant_ended", "P2"),
    ({"state": GrantState.DECLINED}, True, "grant_ended", "P2"),
    ({"state": GrantState.LAPSED}, True, "grant_ended", "P2"),
    ({"deceased": True}, True, "person_deceased", "A5"),
    ({"deactivated": True}, True, "portal_user_deactivated", "I11"),
    ({"branch_id": OTHER}, True, "other_branch", "A9"),
    ({}, False, "address_differs", "P2"),
    ({"undeliverable": True}, True, "address_undeliverable", "M5"),
]


@pytest.mark.parametrize(("changes", "confirmed", "code", "rule"), REFUSED, ids=[row[2] for row in REFUSED])
def test_p2_who_cannot_be_published_to_and_why(changes: dict[str, Any], confirmed: bool, code: str, rule: str) -> None:
    refusal = why_not_publish_to(Choice(replace(LEA, **changes), confirmed), BRANCH)

    assert refusal is not None
    assert (refusal.kind, refusal.code, refusal.rule) == ("conflict", code, rule)


@pytest.mark.parametrize(
    ("limit", "plan", "fits"),
    [(None, None, True), (None, BRANCH, True), (BRANCH, BRANCH, True), (BRANCH, None, False), (BRANCH, OTHER, False)],
)
def test_a9_a_contact_of_one_branch_gets_that_branchs_plans(limit: Any, plan: Any, fits: bool) -> None:
    assert (why_not_publish_to(Choice(replace(LEA, branch_id=limit), True), plan) is None) is fits


def test_p2_an_address_that_differs_is_told_what_the_firm_has() -> None:
    with pytest.raises(Conflict, match=r"The firm's address of this person is lea@example\.com"):
        check_readers([Choice(LEA, False)], None)


def test_p2_everybody_who_stops_it_is_named() -> None:
    kept_out = replace(LEA, deactivated=True)

    with pytest.raises(Conflict) as caught:
        check_readers([Choice(kept_out, True), Choice(LUC, True), Choice(LEA, False)], None)

    assert (caught.value.code, caught.value.rule) == ("portal_user_deactivated", "I11")
    fields = [(one.field, one.code) for one in caught.value.fields]
    expected = [("recipients.0.grant_id", "portal_user_deactivated"), ("recipients.2.email", "address_differs")]
    assert fields == expected


def test_a13_a_grant_of_elsewhere_answers_like_one_that_does_not_exist() -> None:
    with pytest.raises(NotFound) as caught:
        check_readers([Choice(LEA, True), Choice(None, False)], None)

    assert (caught.value.code, caught.value.rule) == ("not_found", "A13")
    assert [one.field for one in caught.value.fields] == ["recipients.1.grant_id"]


def test_p2_nobody_and_somebody_twice_are_refused() -> None:
    with pytest.raises(Invalid) as nobody:
        check_choice([])
    with pytest.raises(Invalid) as twice:
        check_choice([BRANCH, OTHER, BRANCH])

    assert [(one.field, one.code, one.rule) for one in nobody.value.fields] == [("recipients", "nobody_chosen", "P2")]
    assert [one.field for one in twice.value.fields] == ["recipients.2.grant_id"]
    check_choice([BRANCH, OTHER])


def test_p2_a8_a_closed_dossier_and_one_without_plans_are_not_published_on(standing_with: Any) -> None:
    open_one = standing_with(party=Party.MANAGER)
    cases = {
        None: open_one,
        ("dossier_closed", "P2"): replace(open_one, closed=ClosedAccess.READ_ONLY),
        ("module_left_out", "A8"): replace(open_one, modules=MODULES - {Section.PLANS}),
    }

    for expected, standing in cases.items():
        refusal = why_not_publish(standing)
        assert (refusal and (refusal.code, refusal.rule)) == expected


@pytest.mark.parametrize(
    ("had_it", "again", "told", "not_joined", "already"),
    [
        ((), False, [LEA], [LUC], []),
        ((LEA,), False, [], [LUC], [LEA]),
        ((LEA, LUC), False, [], [], [LEA, LUC]),
        ((LEA, LUC), True, [LEA], [LUC], []),
    ],
)
def test_p2_who_is_told_once_and_again_when_asked(
    had_it: Any, again: bool, told: Any, not_joined: Any, already: Any
) -> None:
    result = distribution([LEA, LUC], {one.person_id for one in had_it}, again=again)

    assert (list(result.told), list(result.not_joined), list(result.already)) == (told, not_joined, already)
