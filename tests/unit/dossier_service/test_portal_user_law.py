"""Who may keep an account out of a firm's dossiers, and what the decision says then (I11, A5)."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import Action, GrantState, Hindered, Hindrance, Section, Standing, decide
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.firms.domain import StaffRole
from dossier_service.portal_users.domain import Place, why_not_deactivate, why_not_reactivate

ME, COLLEAGUE = UUID(int=1), UUID(int=2)
FAMILY, HOLDER, CO_HOLDER = PersonRole.FAMILY, PersonRole.HOLDER, PersonRole.CO_HOLDER
SUSPENDED = list(product(Section, Action, (GrantState.ACTIVE, GrantState.OFFERED)))
LAW = [
    ([(FAMILY, ME)], None),
    ([(FAMILY, ME), (FAMILY, ME)], None),
    ([(FAMILY, ME), (FAMILY, COLLEAGUE)], "I11"),
    ([(FAMILY, COLLEAGUE)], "I11"),
    ([(HOLDER, ME)], "A5"),
    ([(CO_HOLDER, ME)], "A5"),
    ([(FAMILY, ME), (HOLDER, ME)], "A5"),
    ([(HOLDER, COLLEAGUE)], "A5"),
]


@pytest.mark.parametrize(("places", "rule"), LAW)
@pytest.mark.parametrize("ask", [why_not_deactivate, why_not_reactivate])
def test_i11_a5_an_accountant_only_for_family_of_own_dossiers_alone(
    ask: Callable[..., Any], places: list[tuple[PersonRole, UUID]], rule: str | None
) -> None:
    refusal = ask(StaffRole.ACCOUNTANT, ME, [Place(role, manager) for role, manager in places])

    assert (refusal.rule if refusal else None) == rule


@pytest.mark.parametrize(("places", "_rule"), LAW)
def test_i11_a5_an_administrator_for_everybody(places: list[tuple[PersonRole, UUID]], _rule: str | None) -> None:
    facts = [Place(role, manager) for role, manager in places]

    assert why_not_deactivate(StaffRole.ADMINISTRATOR, ME, facts) is None
    assert why_not_reactivate(StaffRole.ADMINISTRATOR, ME, facts) is None


@pytest.mark.parametrize(("section", "action", "state"), SUSPENDED)
def test_i11_suspended_grants_allow_nothing_and_the_decision_says_why(
    standing_with: Callable[..., Standing], grant_with: Callable[..., Any], section: Section, action: Action, state: Any
) -> None:
    grant = grant_with(role=HOLDER, state=state)
    standing = replace(standing_with(), hindered=(Hindered(grant, Hindrance.DEACTIVATED),))

    decision = decide(standing, section, action)

    assert (decision.allowed, decision.code, decision.rule) == (False, "portal_user_deactivated", "I11")
    assert decision.grant == grant
    assert not standing.visible
    assert standing.party is None


def test_i11_staff_who_are_kept_out_as_portal_users_still_act_as_staff(
    everybody: dict[str, Standing], grant_with: Callable[..., Any]
) -> None:
    standing = replace(everybody["manager"], hindered=(Hindered(grant_with(), Hindrance.DEACTIVATED),))

    assert decide(standing, Section.REPORTS, Action.CREATE).allowed
