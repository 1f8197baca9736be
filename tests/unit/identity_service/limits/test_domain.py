"""I10: what is counted, per whom, in which window."""

from datetime import UTC, datetime, timedelta

import pytest
from identity_service.limits.domain import AccountAct, Act, address_key, counter_key, too_many, window_start

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (NOON, NOON),
        (NOON + timedelta(minutes=59, seconds=59), NOON),
        (NOON + timedelta(hours=1), NOON + timedelta(hours=1)),
        (datetime(1999, 12, 31, 23, 30, tzinfo=UTC), datetime(1999, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_i10_a_window_is_an_hour_and_the_same_for_everybody(moment: datetime, start: datetime) -> None:
    assert window_start(moment) == start


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 3601), (59, 61), (30, 1801)])
def test_i10_a_refusal_says_when_the_window_ends(minutes: int, seconds: int) -> None:
    refusal = too_many(NOON + timedelta(minutes=minutes))
    assert (refusal.kind, refusal.code, refusal.rule, refusal.retry_after) == (
        "rate_limited",
        "too_many_requests",
        "I10",
        seconds,
    )


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
    ],
)
def test_i10_an_ipv6_network_is_one_client(address: str, client: str) -> None:
    assert address_key(address) == client


def test_i10_no_two_counters_share_a_key_and_none_holds_its_name() -> None:
    keys = [counter_key(what, whom) for what in (*Act, *AccountAct) for whom in ("203.0.113.7", "203.0.113.8")]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}
    assert not [key for key in keys if b"203" in key]
