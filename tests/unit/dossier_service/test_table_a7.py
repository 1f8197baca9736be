"""A7, cell by cell, as the law's page has it: what each party may do in each section, and how far it reaches."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dossier_service.access.domain import A7, MODULES, NO_MODULE, Action, Limit, Section, Standing, decide
from event_contracts.dossier import ClosedAccess

# section: staff / family (holders too): write, read / adviser: write, read / contact: write, read
LAW: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "client_record": ("read write", "read write (own)", "read (own)", "", "", "read write (own)", "read (own)"),
    "family_structure": ("read write", "read write", "read", "read write", "read", "", ""),
    "asset_inventory": ("read write", "read write", "read", "read write", "read", "", ""),
    "gift_inventory": ("read write", "read write", "read", "read write", "read", "", ""),
    "financial_profile": ("read write", "create read write", "read", "read", "read", "", ""),
    "simulations": ("create read write", "create read write", "read", "read", "read", "", ""),
    "reports": ("create read write", "create read write", "read", "read", "read", "read", "read"),
    "plans": (
        "create publish read write",
        "read submit_changes (published)",
        "read (published)",
        "read (published)",
        "read (published)",
        "read submit_changes (published)",
        "read (published)",
    ),
    "billing_account": ("read write", "", "", "", "", "read", "read"),
}
COLUMNS = {
    "manager": 0,
    "team": 0,
    "holder": 1,
    "co_holder": 1,
    "family_write": 1,
    "family_read": 2,
    "holder_read": 2,
    "adviser_write": 3,
    "adviser_read": 4,
    "client_write": 5,
    "client_read": 6,
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


MODULE_SECTIONS = [section for section in Section if section in MODULES]


@pytest.mark.parametrize("section", MODULE_SECTIONS)
@pytest.mark.parametrize("who", ["holder", "family_read", "adviser_write", "client_write"])
def test_a8_a_module_left_out_does_not_exist_for_outside_parties(
    everybody: dict[str, Standing], who: str, section: Section
) -> None:
    without = replace(everybody[who], modules=MODULES - {section})

    assert {decide(without, section, action) for action in Action} == {NO_MODULE}


@pytest.mark.parametrize("section", MODULE_SECTIONS)
def test_a8_staff_work_in_every_section(everybody: dict[str, Standing], section: Section) -> None:
    without = replace(everybody["manager"], modules=frozenset())

    assert decide(without, section, Action.READ).allowed


@pytest.mark.parametrize("section", [Section.CLIENT_RECORD, Section.FAMILY_STRUCTURE])
def test_a8_two_sections_are_no_modules(everybody: dict[str, Standing], section: Section) -> None:
    assert decide(replace(everybody["holder"], modules=frozenset()), section, Action.READ).allowed


@pytest.mark.parametrize(("who", "section"), CELLS)
def test_a_closed_dossier_is_read_from_outside_as_with_read_and_worked_in_by_staff(
    everybody: dict[str, Standing], who: str, section: str
) -> None:
    closed = replace(everybody[who], closed=ClosedAccess.READ_ONLY)
    column = COLUMNS[who]
    reading = parsed(LAW[section][column if column in {0, 2, 4, 6} else column + 1])[0]
    open_actions = parsed(LAW[section][column])[0]

    for action in Action:
        decision = decide(closed, Section(section), action)

        assert decision.allowed is (action in reading), f"{who} {action} {section}"
        if action in open_actions and action not in reading:
            assert decision.code == "dossier_closed"
