"""I10: slowing down, codes, and what a refresh token is worth."""

from datetime import UTC, datetime, timedelta

import pytest
from identity_service.sessions.domain import (
    CODE_ATTEMPTS,
    DOUBLE_SUBMIT,
    SEEN_EVERY,
    RefreshVerdict,
    attempts_so_far,
    checked_code,
    code_is_open,
    is_seen_again,
    judge_refresh,
    pause_after,
    shortened,
)
from service_kit.errors import Invalid

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 0), (1, 0), (5, 0), (6, 1), (7, 2), (8, 4), (10, 16), (15, 512), (16, 900), (40, 900), (10_000, 900)],
)
def test_i10_the_first_attempts_are_free_then_pauses_double_to_a_bound(attempts: int, seconds: int) -> None:
    assert pause_after(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("counted", "last", "left"),
    [(0, None, 0), (9, NOW, 9), (9, NOW - timedelta(hours=23), 9), (9, NOW - timedelta(hours=24), 0)],
)
def test_i10_attempts_are_forgotten_after_a_day(counted: int, last: datetime | None, left: int) -> None:
    assert attempts_so_far(counted, last, NOW) == left


@pytest.mark.parametrize(
    ("attempts", "passed", "expires_in", "is_open"),
    [
        (0, False, SECOND, True),
        (CODE_ATTEMPTS - 1, False, SECOND, True),
        (CODE_ATTEMPTS, False, SECOND, False),
        (0, True, SECOND, False),
        (0, False, timedelta(), False),
        (0, False, -SECOND, False),
    ],
)
def test_i10_a_challenge_locks_closes_and_expires(
    attempts: int, passed: bool, expires_in: timedelta, is_open: bool
) -> None:
    assert code_is_open(attempts=attempts, passed=passed, expires_at=NOW + expires_in, now=NOW) is is_open


@pytest.mark.parametrize(
    ("used_ago", "expires_in", "over", "verdict"),
    [
        (None, SECOND, False, RefreshVerdict.ROTATE),
        (None, timedelta(), False, RefreshVerdict.REFUSED),
        (None, SECOND, True, RefreshVerdict.REFUSED),
        (timedelta(), SECOND, False, RefreshVerdict.JUST_USED),
        (DOUBLE_SUBMIT, SECOND, False, RefreshVerdict.JUST_USED),
        (DOUBLE_SUBMIT + SECOND, SECOND, False, RefreshVerdict.REUSED),
        (DOUBLE_SUBMIT + SECOND, -SECOND, False, RefreshVerdict.REUSED),
        (DOUBLE_SUBMIT + SECOND, SECOND, True, RefreshVerdict.REFUSED),
    ],
)
def test_i10_a_used_refresh_token_ends_the_session_unless_it_is_a_double_submit(
    used_ago: timedelta | None, expires_in: timedelta, over: bool, verdict: RefreshVerdict
) -> None:
    used_at = None if used_ago is None else NOW - used_ago
    assert judge_refresh(used_at=used_at, expires_at=NOW + expires_in, session_over=over, now=NOW) is verdict


@pytest.mark.parametrize(("typed", "code"), [("123456", "123456"), (" 123 456\n", "123456"), ("000000", "000000")])
def test_i10_a_code_may_be_typed_in_groups(typed: str, code: str) -> None:
    assert checked_code(typed) == code


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "²34567"])
def test_i10_what_is_no_code_is_refused_with_field_and_rule(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_code(typed)
    assert [(field.field, field.code, field.rule) for field in refusal.value.fields] == [
        ("code", "code_malformed", "I10")
    ]


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("", ""),
        ("Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (X11; Linux)"),
        (" Firefox\r\nSet-Cookie: a=b\x00\x1b[31m", "Firefox Set-Cookie: a=b [31m"),
        ("x" * 100_000, "x" * 200),
        ("\u202eevil", "evil"),
    ],
)
def test_i13_a_browsers_name_is_one_printable_line_of_bounded_length(user_agent: str, shown: str) -> None:
    assert shortened(user_agent) == shown


@pytest.mark.parametrize(("after", "noted"), [(timedelta(), False), (SEEN_EVERY - SECOND, False), (SEEN_EVERY, True)])
def test_i13_not_each_request_of_a_session_writes_a_row(after: timedelta, noted: bool) -> None:
    assert is_seen_again(NOW, NOW + after) is noted
