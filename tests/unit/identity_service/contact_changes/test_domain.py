"""I9: what may become an address or number, how long its code lives, what is shown of it."""

from datetime import UTC, datetime, timedelta

import pytest
from event_contracts.identity import AccountState
from identity_service.contact_changes.domain import (
    LIFETIME,
    ContactKind,
    address_held,
    checked_value,
    is_claimed,
    is_open,
    reduced,
)
from service_kit.errors import Invalid

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
EMAIL, PHONE = ContactKind.EMAIL, ContactKind.PHONE


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (EMAIL, " Jan@Example.ORG ", "jan@example.org"),
        (EMAIL, "jan@exämple.org", "jan@xn--exmple-cua.org"),
        (PHONE, "+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a3_a_new_contact_has_one_spelling(kind: ContactKind, typed: str, value: str) -> None:
    assert checked_value(kind, typed, None) == value


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (EMAIL, "JAN@example.org", "contact_unchanged"),
        (EMAIL, "jan@example.org\r\nBcc: all@example.org", "email_malformed"),
        (EMAIL, "x" * 100_000, "email_malformed"),
        (PHONE, "0470 12 34 56", "phone_without_country"),
        (PHONE, "+32 470 12 34 56 ext 7", "phone_malformed"),
    ],
)
def test_i9_what_is_no_new_contact_is_refused_at_its_field(kind: ContactKind, typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked_value(kind, typed, "jan@example.org")
    assert refusal.value.code == code
    assert [field.field for field in refusal.value.fields] == ["value"]


@pytest.mark.parametrize(
    ("attempts", "after", "still"),
    [
        (0, timedelta(), True),
        (4, timedelta(minutes=14), True),
        (5, timedelta(), False),
        (0, timedelta(minutes=15), False),
    ],
)
def test_i9_a_change_takes_five_codes_for_fifteen_minutes(attempts: int, after: timedelta, still: bool) -> None:
    assert is_open(attempts=attempts, expires_at=NOW + LIFETIME, now=NOW + after) is still


@pytest.mark.parametrize(
    ("holder", "claimed"), [(None, False), (AccountState.PENDING, False), (AccountState.ACTIVE, True)]
)
def test_i9_only_an_address_that_signs_somebody_in_gets_no_code(holder: AccountState | None, claimed: bool) -> None:
    assert is_claimed(holder) is claimed


@pytest.mark.parametrize(
    ("holder", "code"),
    [(AccountState.PENDING, "address_invited"), (AccountState.ACTIVE, "address_taken"), (None, "address_taken")],
)
def test_i2_one_address_is_one_account(holder: AccountState | None, code: str) -> None:
    refusal = address_held(holder)
    assert (refusal.kind, refusal.code, refusal.rule) == ("conflict", code, "I2")


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [(EMAIL, "jan@example.org", "j…@example.org"), (PHONE, "+32470123456", "+32…56")],
)
def test_i9_a_notice_shows_too_little_to_use(kind: ContactKind, value: str, shown: str) -> None:
    assert reduced(kind, value) == shown
