"""The life of a grant (A10) and the access that is never taken back (A5), move by move."""

from datetime import UTC, datetime, timedelta

import pytest
from dossier_service.access.domain import (
    HOLDER_KEEPS_ACCESS,
    LIVE,
    GrantState,
    Move,
    Refusal,
    lapse_date,
    next_right,
    next_state,
    why_not_resend,
    why_suspended,
)
from dossier_service.dossiers.people.domain import PersonRole
from event_contracts.people import Right
from hypothesis import given
from hypothesis import strategies as st

CENTRAL = [PersonRole.HOLDER, PersonRole.CO_HOLDER]
A10 = {
    ("offered", "activate"): "active",
    ("offered", "withdraw"): "withdrawn",
    ("active", "withdraw"): "withdrawn",
    ("offered", "decline"): "declined",
    ("offered", "lapse"): "lapsed",
    ("offered", "correct"): "withdrawn",
    ("offered", "leave"): "withdrawn",
    ("active", "leave"): "withdrawn",
    ("offered", "erase"): "withdrawn",
    ("active", "erase"): "withdrawn",
}


@pytest.mark.parametrize("state", list(GrantState))
@pytest.mark.parametrize("move", list(Move))
def test_a10_a_family_members_grant_moves_exactly_as_the_law_says(state: GrantState, move: Move) -> None:
    following = next_state(state, move, PersonRole.FAMILY)

    if (state, move) in A10:
        assert following == A10[(state, move)]
    else:
        assert isinstance(following, Refusal)
        assert following.rule == "A10"


@pytest.mark.parametrize("role", CENTRAL)
@pytest.mark.parametrize("state", sorted(LIVE))
def test_a5_a_holders_live_grant_is_not_withdrawn(role: PersonRole, state: GrantState) -> None:
    assert next_state(state, Move.WITHDRAW, role) == HOLDER_KEEPS_ACCESS


@pytest.mark.parametrize("role", CENTRAL)
def test_a5_a_holders_offer_does_not_lapse(role: PersonRole) -> None:
    assert next_state(GrantState.OFFERED, Move.LAPSE, role) == HOLDER_KEEPS_ACCESS


@pytest.mark.parametrize("role", CENTRAL)
def test_a5_a_holder_may_decline_and_a_wrong_address_may_be_corrected(role: PersonRole) -> None:
    assert next_state(GrantState.OFFERED, Move.DECLINE, role) is GrantState.DECLINED
    assert next_state(GrantState.OFFERED, Move.CORRECT, role) is GrantState.WITHDRAWN


@pytest.mark.parametrize("role", CENTRAL)
@pytest.mark.parametrize("move", [Move.LEAVE, Move.ERASE])
@pytest.mark.parametrize("state", sorted(LIVE))
def test_a5_a_holders_access_ends_by_their_own_leaving_or_erasure(
    role: PersonRole, move: Move, state: GrantState
) -> None:
    assert next_state(state, move, role) is GrantState.WITHDRAWN


@pytest.mark.parametrize("state", sorted(set(GrantState) - {GrantState.OFFERED}))
@pytest.mark.parametrize("role", list(PersonRole))
def test_a10_only_an_offer_is_declined_lapses_or_is_corrected(state: GrantState, role: PersonRole) -> None:
    for move in (Move.DECLINE, Move.LAPSE, Move.CORRECT):
        assert isinstance(next_state(state, move, role), Refusal)


def test_a10_an_offer_lapses_ninety_days_after_its_invitation_expired() -> None:
    expired = datetime(2026, 1, 1, tzinfo=UTC)

    assert lapse_date(GrantState.OFFERED, PersonRole.FAMILY, expired) == expired + timedelta(days=90)
    assert lapse_date(GrantState.OFFERED, PersonRole.FAMILY, None) is None
    assert lapse_date(GrantState.ACTIVE, PersonRole.FAMILY, expired) is None


@pytest.mark.parametrize("role", CENTRAL)
def test_a5_no_date_makes_a_holders_offer_lapse(role: PersonRole) -> None:
    assert lapse_date(GrantState.OFFERED, role, datetime(2000, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("state", "asked", "deactivated", "rule"),
    [
        (GrantState.OFFERED, 0, False, None),
        (GrantState.ACTIVE, 2, False, None),
        (GrantState.OFFERED, 3, False, "I7"),
        (GrantState.ACTIVE, 4, False, "I7"),
        (GrantState.ACTIVE, 0, True, "I11"),
        (GrantState.WITHDRAWN, 0, False, "A10"),
        (GrantState.DECLINED, 0, False, "A10"),
        (GrantState.LAPSED, 9, True, "A10"),
    ],
)
def test_k2_i7_sign_in_information_is_sent_again_for_live_grants_three_times_an_hour(
    state: GrantState, asked: int, deactivated: bool, rule: str | None
) -> None:
    refusal = why_not_resend(state, asked, deactivated=deactivated)

    assert (refusal.rule if refusal else None) == rule


@pytest.mark.parametrize("role", CENTRAL)
@pytest.mark.parametrize("state", sorted(LIVE))
def test_a5_a_holders_right_is_never_lowered_but_may_be_raised(role: PersonRole, state: GrantState) -> None:
    assert next_right(Right.WRITE, Right.READ, state, role) == HOLDER_KEEPS_ACCESS
    assert next_right(Right.READ, Right.WRITE, state, role) is Right.WRITE


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a4_a_family_members_right_goes_both_ways(state: GrantState) -> None:
    assert next_right(Right.WRITE, Right.READ, state, PersonRole.FAMILY) is Right.READ
    assert next_right(Right.READ, Right.WRITE, state, PersonRole.FAMILY) is Right.WRITE


@pytest.mark.parametrize("state", sorted(set(GrantState) - LIVE))
def test_a10_the_right_of_a_dead_grant_does_not_change(state: GrantState) -> None:
    refusal = next_right(Right.READ, Right.WRITE, state, PersonRole.FAMILY)

    assert isinstance(refusal, Refusal)
    assert refusal.rule == "A10"


@given(st.lists(st.sampled_from(list(Move)), max_size=8), st.sampled_from(list(PersonRole)))
def test_a10_i12_no_sequence_of_moves_brings_a_dead_grant_back(moves: list[Move], role: PersonRole) -> None:
    state, died = GrantState.OFFERED, False
    for move in moves:
        following = next_state(state, move, role)
        if isinstance(following, GrantState):
            assert not died
            state = following
        died = state not in LIVE


@given(st.lists(st.sampled_from([Move.ACTIVATE, Move.WITHDRAW, Move.LAPSE]), max_size=8), st.sampled_from(CENTRAL))
def test_a5_nothing_but_their_own_word_ends_a_holders_access(moves: list[Move], role: PersonRole) -> None:
    state = GrantState.OFFERED
    for move in moves:
        following = next_state(state, move, role)
        state = following if isinstance(following, GrantState) else state

        assert state in LIVE


@pytest.mark.parametrize(
    ("state", "deceased", "closed", "code"),
    [
        (GrantState.OFFERED, False, False, None),
        (GrantState.OFFERED, True, False, "person_deceased"),
        (GrantState.ACTIVE, True, False, "person_deceased"),
        (GrantState.OFFERED, False, True, "dossier_closed"),
        (GrantState.OFFERED, True, True, "person_deceased"),
        (GrantState.ACTIVE, False, True, None),
        (GrantState.WITHDRAWN, True, True, None),
    ],
)
def test_a5_a10_nothing_is_mailed_about_a_grant_of_the_dead_or_an_offer_on_a_closed_dossier(
    state: GrantState, deceased: bool, closed: bool, code: str | None
) -> None:
    suspended = why_suspended(state, deceased=deceased, closed=closed)

    assert (suspended.code if suspended else None) == code
    if suspended is not None:
        assert why_not_resend(state, 0, deactivated=False, suspended=suspended) == suspended
