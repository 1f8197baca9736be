"""A7, cell by cell, as the law's page has it: what each party may do in each section, and how far it reaches."""

from collections.abc import Callable
from typing import Any

import pytest
from dossier_service.access.domain import A7, Action, Limit, Section, Standing, decide

# section: staff / holder, co-holder and family with write / the same with read
LAW: dict[str, tuple[str, str, str]] = {
    "client_record": ("read write", "read write (own)", "read (own)"),
    "family_structure": ("read write", "read write", "read"),
    "asset_inventory": ("read write", "read write", "read"),
    "gift_inventory": ("read write", "read write", "read"),
    "financial_profile": ("read write", "create read write", "read"),
    "simulations": ("create read write", "create read write", "read"),
    "reports": ("create read write", "create read write", "read"),
    "plans": ("create publish read write", "read submit_changes (published)", "read (published)"),
    "billing_account": ("read write", "", ""),
}
COLUMNS = {
    "manager": 0,
    "team": 0,
    "holder": 1,
    "co_holder": 1,
    "family_write": 1,
    "family_read": 2,
}
CELLS = [(who, section) for who in COLUMNS for section in LAW]


def parsed(cell: str) -> tuple[set[str], str]:
    words, _, limit = cell.partition("(")
    return set(words.split()), limit.rstrip(")") or "none"


def test_the_table_has_every_section_of_the_law() -> None:
    assert {str(section) for section in A7} == set(LAW)


@pytest.mark.parametrize(("who", "section"), CELLS)
def test_a7_gives_each_party_exactly_what_the_law_says(everybody: dict[str, Standing], who: str, section: str) -> None:
    actions, limit = parsed(LAW[section][COLUMNS[who]])

    for action in Action:
        decision = decide(everybody[who], Section(section), action)

        assert decision.allowed is (action in actions), f"{who} {action} {section}"
        assert decision.rule == "A7"
        assert decision.limit == (limit if decision.allowed else Limit.NONE)


@pytest.mark.parametrize("section", list(Section))
@pytest.mark.parametrize("action", list(Action))
def test_a14_an_administrator_outside_the_team_reads_and_writes_nothing(
    everybody: dict[str, Standing], section: Section, action: Action
) -> None:
    decision = decide(everybody["administrator"], section, action)

    assert (decision.allowed, decision.rule) == (False, "A14")


@pytest.mark.parametrize("section", list(Section))
def test_a13_a_colleague_without_a_place_meets_an_unknown_dossier(
    everybody: dict[str, Standing], section: Section
) -> None:
    assert decide(everybody["colleague"], section, Action.READ) == decide(None, section, Action.READ)


def test_a11_a_decision_names_the_grant_who_gave_it_and_when(
    standing_with: Callable[..., Standing], grant_with: Callable[..., Any]
) -> None:
    grant = grant_with()

    decision = decide(standing_with(grants=(grant,)), Section.ASSET_INVENTORY, Action.READ)

    assert decision.grant == grant
    assert decision.reason == "family with read may read asset_inventory"


def test_a11_a_refusal_names_the_grant_it_was_measured_by(everybody: dict[str, Standing]) -> None:
    decision = decide(everybody["family_read"], Section.ASSET_INVENTORY, Action.WRITE)

    assert (decision.allowed, decision.rule, decision.code) == (False, "A7", "not_allowed")
    assert decision.grant is not None


def test_a_decision_about_staff_rests_on_no_grant(everybody: dict[str, Standing]) -> None:
    assert decide(everybody["manager"], Section.PLANS, Action.PUBLISH).grant is None
