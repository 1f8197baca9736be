"""The life of a grant (A10) and the access that is never taken back (A5), move by move."""

import pytest
from dossier_service.access.domain import HOLDER_KEEPS_ACCESS, LIVE, GrantState, Move, Refusal, next_right, next_state
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
