"""Rules of rate limits (I10): what is counted, per whom, in which window, and what a full count means. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from service_kit.errors import RateLimited

RULE = "I10"
WINDOW = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# Whoever rents one IPv6 address has the whole network of this length.
_IPV6_PREFIX = 64


class Act(StrEnum):
    """What is counted per client address; too much of it is refused openly, with the time to wait."""

    SIGN_IN = "address_sign_in"
    CODE = "address_code"
    RESET = "address_reset"
    INVITATION = "address_invitation"
    CONTACT_CHANGE = "address_contact_change"


class AccountAct(StrEnum):
    """What is counted per account, whoever asks and from wherever.

    The first three are silent: answers stay the same, so that nobody learns by them that the account exists. The
    last two concern the signed-in owner, who may know.
    """

    FAILURE = "account_failure"
    CODE_SENT = "account_code_sent"
    RESET_SENT = "account_reset_sent"
    PASSWORD_ASKED = "account_password_asked"  # noqa: S105  # a kind of act, not a secret
    CONTACT_CHANGE = "account_contact_change"


@dataclass(frozen=True)
class Limits:
    """How many of each in one window."""

    per_address: Mapping[Act, int]
    per_account: Mapping[AccountAct, int]


def window_start(now: datetime) -> datetime:
    """The beginning of the window that a moment lies in; the same for everybody."""
    return now - (now - _EPOCH) % WINDOW


def too_many(now: datetime) -> RateLimited:
    """The open refusal: wait until the window ends."""
    seconds = int((window_start(now) + WINDOW - now).total_seconds()) + 1
    return RateLimited("too_many_requests", "Too many requests; please wait.", rule=RULE, retry_after=seconds)


def address_key(address: str) -> str:
    """Who counts as one client: an IPv4 address, an IPv6 network of 64 bits, or what has no address at all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)


def counter_key(what: StrEnum, whom: str) -> bytes:
    """What a counter is stored under: a digest, so that the table names neither people nor addresses."""
    return hashlib.sha256(f"{what.value}:{whom}".encode()).digest()
