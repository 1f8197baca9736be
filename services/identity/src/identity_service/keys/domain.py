"""Rules of signing keys: a key is published before it signs, and stays published until its last token is gone. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

# Verifiers keep a fetched key set this long; a key younger than that may be unknown to some of them.
VERIFIERS_REMEMBER = timedelta(minutes=5)
TOKEN_LIFETIME = timedelta(minutes=10)
# A retired key verifies until the last token it signed is certainly gone.
RETIRED_VERIFIES = TOKEN_LIFETIME + timedelta(minutes=5)


class KeyState(StrEnum):
    """next (published, does not sign yet) -> current (signs) -> retired (verifies for a while)."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"


def verifies_until(retired_at: datetime | None) -> datetime | None:
    """When a key stops verifying; None while it is not retired."""
    return None if retired_at is None else retired_at + RETIRED_VERIFIES


def is_published(retired_at: datetime | None, now: datetime) -> bool:
    """Whether the key set names the key."""
    until = verifies_until(retired_at)
    return until is None or now < until


def may_sign(created_at: datetime, now: datetime) -> bool:
    """Whether every verifier has had the time to learn the key."""
    return now >= created_at + VERIFIERS_REMEMBER
