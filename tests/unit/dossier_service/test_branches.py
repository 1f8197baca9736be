"""Branches, as pure rules: which names are taken, and what may newly belong to one (A9)."""

import pytest
from dossier_service.firms.branches.domain import is_taken, why_not_belong


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("Namur", True),
        ("NAMUR", True),
        ("  namur ", True),
        ("Narnur", True),
        ("Ｎａｍｕｒ", True),
        ("Actif  Montréal", True),
        ("Actif Montreal", False),
        ("Office 1", True),
        ("Offlce l", True),
        ("Office 2", False),
        ("Mons", False),
    ],
)
def test_a9_a_name_that_may_be_mistaken_for_another_is_taken(name: str, taken: bool) -> None:
    assert is_taken(name, ["Namur", "Actif Montréal", "Office I"]) is taken


@pytest.mark.parametrize(
    ("known", "closed", "code"),
    [(True, False, None), (True, True, "branch_closed"), (False, False, "branch_unknown")],
)
def test_a9_something_new_belongs_to_an_open_branch_of_the_firm(known: bool, closed: bool, code: str | None) -> None:
    error = why_not_belong(known=known, closed=closed, field="branch_id")

    assert (error.code if error else None) == code
    assert error is None or (error.field, error.rule) == ("branch_id", "A9")
