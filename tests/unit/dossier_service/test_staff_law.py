"""Places in a staff: who runs the firm, what a place waits for, what keeps it from ending or changing (A14, I9)."""

from itertools import product

import pytest
from dossier_service.access.domain import Refusal, resent_too_often
from dossier_service.firms.domain import Awaited, MembershipState, StaffRole, awaited, may_run_firm
from dossier_service.firms.staff.domain import (
    moves_offer,
    why_not_correct,
    why_not_lose_role,
    why_not_remove,
)

OFFERED, ACTIVE = MembershipState.OFFERED, MembershipState.ACTIVE
ADMINISTRATOR, ACCOUNTANT = StaffRole.ADMINISTRATOR, StaffRole.ACCOUNTANT


def code_of(refusal: Refusal | None) -> str | None:
    return refusal.code if refusal else None


def test_a14_administrators_run_the_firm_and_accountants_do_not() -> None:
    assert [role for role in StaffRole if may_run_firm(role)] == [ADMINISTRATOR]


@pytest.mark.parametrize(
    ("active", "verified", "waits"),
    [
        (False, False, Awaited.ACCOUNT),
        (False, True, Awaited.ACCOUNT),
        (True, False, Awaited.PHONE),
        (True, True, None),
    ],
)
def test_a14_a_place_waits_for_the_account_and_then_for_its_phone(
    active: bool, verified: bool, waits: Awaited | None
) -> None:
    assert awaited(account_active=active, phone_verified=verified) is waits


@pytest.mark.parametrize(
    ("state", "role", "manages", "others", "code"),
    [
        (ACTIVE, ACCOUNTANT, 0, True, None),
        (ACTIVE, ACCOUNTANT, 0, False, None),
        (ACTIVE, ACCOUNTANT, 1, True, "manages_dossiers"),
        (ACTIVE, ADMINISTRATOR, 0, True, None),
        (ACTIVE, ADMINISTRATOR, 2, True, "manages_dossiers"),
        (ACTIVE, ADMINISTRATOR, 0, False, "last_administrator"),
        (ACTIVE, ADMINISTRATOR, 2, False, "last_administrator"),
        (OFFERED, ADMINISTRATOR, 0, False, None),
        (OFFERED, ACCOUNTANT, 1, True, "manages_dossiers"),
    ],
)
def test_a14_a_removal_leaves_no_dossier_without_manager_and_no_firm_without_administrator(
    state: MembershipState, role: StaffRole, manages: int, others: bool, code: str | None
) -> None:
    assert code_of(why_not_remove(state, role, manages=manages, others_run_the_firm=others)) == code


@pytest.mark.parametrize(
    ("state", "role", "new", "others"), list(product((OFFERED, ACTIVE), StaffRole, StaffRole, (0, 1)))
)
def test_a14_only_the_last_active_administrator_keeps_the_role(
    state: MembershipState, role: StaffRole, new: StaffRole, others: int
) -> None:
    is_last = (state, role, new, others) == (ACTIVE, ADMINISTRATOR, ACCOUNTANT, 0)

    refusal = why_not_lose_role(state, role, new, others_run_the_firm=bool(others))

    assert code_of(refusal) == ("last_administrator" if is_last else None)


@pytest.mark.parametrize("field", ["email", "phone", "role", "given_name", "family_name", "language"])
def test_i9_only_an_offer_is_corrected_and_it_moves_when_its_mail_went_wrong_or_promised_something_else(
    field: str,
) -> None:
    is_address = field in {"email", "phone"}

    assert code_of(why_not_correct(ACTIVE, {field})) == ("contact_is_the_owners" if is_address else None)
    assert why_not_correct(OFFERED, {field}) is None
    assert moves_offer(OFFERED, {field}) is (is_address or field == "role")
    assert not moves_offer(ACTIVE, {field})


@pytest.mark.parametrize(("asked", "code"), [(0, None), (2, None), (3, "too_many_resends"), (9, "too_many_resends")])
def test_i7_three_times_an_hour_is_often_enough(asked: int, code: str | None) -> None:
    assert code_of(resent_too_often(asked)) == code
