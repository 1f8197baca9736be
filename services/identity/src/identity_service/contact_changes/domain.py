"""Rules of a new e-mail address or phone (I9): what may become one, how long its code lives, what shows of it. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from event_contracts.identity import AccountState
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.people import normalise_email, normalise_phone

RULE = "I9"
LIFETIME = timedelta(minutes=15)
ATTEMPTS = 5
# Proven changes stay for a while as part of what the owner can read about the account.
KEPT = timedelta(days=90)


class ContactKind(StrEnum):
    """Which of the two a change is about."""

    EMAIL = "email"
    PHONE = "phone"


def checked_value(kind: ContactKind, typed: str, current: str | None) -> str:
    """The one spelling of the new address or number; Invalid when it is none, or no new one."""
    value = (
        normalise_email(typed, field="value") if kind is ContactKind.EMAIL else normalise_phone(typed, field="value")
    )
    if value == current:
        detail = "This is what the account has already."
        raise Invalid(
            "contact_unchanged", detail, rule=RULE, fields=(FieldError("value", "contact_unchanged", detail, RULE),)
        )
    return value


def is_open(*, attempts: int, expires_at: datetime, now: datetime) -> bool:
    """Whether a change still takes codes."""
    return attempts < ATTEMPTS and now < expires_at


def is_claimed(holder: AccountState | None) -> bool:
    """Whether the address signs somebody else in: then no code goes out, and only its owner hears of it."""
    return holder is AccountState.ACTIVE


def wrong_code() -> Invalid:
    """One answer for wrong, late, used up and never sent."""
    detail = "The code is wrong or no longer valid."
    return Invalid("code_refused", detail, rule=RULE, fields=(FieldError("code", "code_refused", detail, RULE),))


def address_held(holder: AccountState | None) -> Conflict:
    """Whoever proved to have an address may hear why it cannot be this account's: one address is one account."""
    if holder is AccountState.PENDING:
        detail = "An invitation waits at this address: accept or decline it there first."
        return Conflict("address_invited", detail, rule="I2")
    return Conflict("address_taken", "This address belongs to another account.", rule="I2")


def reduced(kind: ContactKind, value: str) -> str:
    """Enough for its owner to recognise it, too little for anybody else to use it."""
    if kind is ContactKind.PHONE:
        return f"{value[:3]}…{value[-2:]}"
    local, _, domain = value.partition("@")
    return f"{local[:1]}…@{domain}"
