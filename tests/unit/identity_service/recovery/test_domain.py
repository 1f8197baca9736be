"""I10, I13: what a reset link is worth and why not, what a recovery code looks like however it was typed."""

from datetime import UTC, datetime, timedelta

import pytest
from identity_service.randomness import Randomness
from identity_service.recovery.domain import (
    RESET_LIFETIME,
    ResetState,
    checked_recovery_code,
    dead_reset,
    grouped,
    reset_state,
)
from service_kit.errors import Invalid

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "replaced", "same", "after", "state"),
    [
        (False, False, True, timedelta(), ResetState.PENDING),
        (False, False, True, timedelta(minutes=59), ResetState.PENDING),
        (False, False, True, timedelta(hours=1), ResetState.EXPIRED),
        (False, True, True, timedelta(), ResetState.REPLACED),
        (False, False, False, timedelta(), ResetState.REPLACED),
        (False, True, True, timedelta(hours=2), ResetState.REPLACED),
        (True, False, False, timedelta(), ResetState.USED),
        (True, True, False, timedelta(hours=2), ResetState.USED),
    ],
)
def test_i10_a_reset_link_has_one_state(
    used: bool, replaced: bool, same: bool, after: timedelta, state: ResetState
) -> None:
    found = reset_state(
        used=used, replaced=replaced, same_credentials=same, expires_at=NOW + RESET_LIFETIME, now=NOW + after
    )
    assert found is state


@pytest.mark.parametrize("state", [ResetState.USED, ResetState.REPLACED, ResetState.EXPIRED])
def test_i10_a_dead_link_is_gone_with_its_reason(state: ResetState) -> None:
    refusal = dead_reset(state)
    assert (refusal.kind, refusal.code, refusal.rule) == ("gone", f"reset_{state.value}", "I10")


def test_i13_a_code_has_120_bits_and_reads_back_as_it_is_shown() -> None:
    codes = [Randomness().recovery_code() for _ in range(200)]
    assert len(set(codes)) == 200
    assert [checked_recovery_code(grouped(code)) for code in codes] == codes
    assert {len(code) * 5 for code in codes} == {120}


@pytest.mark.parametrize(
    "typed",
    [
        "OIBC-DEFG-HIJK-LMNO-PQRS-TUVW",
        "oibcdefghijklmnopqrstuvw",
        " 018C DEFG HIJK LMN0 PQRS TUVW ",
        "OIBC\u2013DEFG\u2013HIJK\u2013LMNO\u2013PQRS\u2013TUVW",
    ],
)
def test_i13_grouping_case_and_misread_digits_do_not_matter(typed: str) -> None:
    assert checked_recovery_code(typed) == "OIBCDEFGHIJKLMNOPQRSTUVW"


@pytest.mark.parametrize("typed", ["", "A" * 23, "A" * 25, "é" * 24, "A" * 23 + "9", "A" * 23 + "\x00"])
def test_i13_anything_else_is_no_code(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_recovery_code(typed)
    assert (refusal.value.code, refusal.value.rule) == ("recovery_code_malformed", "I13")
