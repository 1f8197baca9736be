"""What is accepted as a password (I4): long enough, not a well-known one, not the person's own name. Pure."""

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from service_kit.errors import FieldError, Invalid

RULE = "I4"
# How long an equal repeat of a request that set a password by a link still hears "done"; later the link was used.
REPEAT_WINDOW = timedelta(minutes=15)
SHORTEST = 12
LONGEST = 128
_FEWEST_DIFFERENT_CHARACTERS = 5
# What an attacker who guesses the likeliest first needs at least; leaked and patterned passwords need far less.
FEWEST_GUESSES = 10**8


def is_repeat(set_at: datetime | None, now: datetime) -> bool:
    """Whether a request that finds the password set may be the same one again (I12)."""
    return set_at is not None and now < set_at + REPEAT_WINDOW


def prepared(password: str) -> str:
    """The one form that is checked and hashed, so that two keyboards typing the same text agree (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, names: Collection[str], common: Collection[str]) -> None:
    """Raises Invalid with every reason why this is no password. Cheap: it runs before any hashing.

    `names` are the person's user name and address; `common` holds well-known passwords in lower case.
    """
    problems = tuple(_problems(prepared(password), {name.casefold() for name in names}, common))
    if problems:
        raise Invalid("password_weak", problems[0].detail, rule=RULE, fields=problems)


def check_guesses(guesses: int) -> None:
    """Raises Invalid when so few guesses find the password; `guesses` is an estimate of a leaked-password model."""
    if guesses < FEWEST_GUESSES:
        problem = _problem("password_common", "This password is too easy to guess.")
        raise Invalid("password_weak", problem.detail, rule=RULE, fields=(problem,))


def wrong_password(field: str = "password") -> Invalid:
    """The refusal of a signed-in person's own password (I13)."""
    detail = "This is not your password."
    return Invalid("password_wrong", detail, rule="I13", fields=(FieldError(field, "password_wrong", detail, "I13"),))


def _problems(password: str, names: set[str], common: Collection[str]) -> list[FieldError]:
    found = []
    lowered = password.casefold()
    if len(password) < SHORTEST:
        found.append(_problem("password_too_short", f"A password has at least {SHORTEST} characters."))
    if len(password) > LONGEST:
        found.append(_problem("password_too_long", f"A password has at most {LONGEST} characters."))
    if lowered in names:
        found.append(_problem("password_is_name", "The password must not be the user name or the e-mail address."))
    if lowered in common or len(set(password)) < _FEWEST_DIFFERENT_CHARACTERS:
        found.append(_problem("password_common", "This password is too easy to guess."))
    return found


def _problem(code: str, detail: str) -> FieldError:
    return FieldError("password", code, detail, RULE)
