"""Rules of signing in (I10): lifetimes, slowing down, what a code and a refresh token are worth. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service_kit.errors import FieldError, Invalid

CODE_LIFETIME = timedelta(minutes=10)
CODE_ATTEMPTS = 5
SESSION_LIFETIME = timedelta(days=90)
BROWSER_SESSION_LIFETIME = timedelta(hours=12)
REFRESH_LIFETIME = timedelta(days=30)
# Two tabs, or a client that repeats a request whose answer was slow, present one refresh token twice at once.
# The second is refused and the session lives; the client goes on with the token of the first answer.
DOUBLE_SUBMIT = timedelta(seconds=10)
SEEN_EVERY = timedelta(minutes=5)
LONGEST_USER_AGENT = 200

FREE_ATTEMPTS = 5
LONGEST_PAUSE = timedelta(minutes=15)
FORGET_ATTEMPTS = timedelta(hours=24)


class EndReason(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105  # a reason, not a secret
    ENDED_BY_OWNER = "ended_by_owner"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a reason, not a secret
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a reason, not a secret
    CONTACT_CHANGED = "contact_changed"
    ACCOUNT_ERASED = "account_erased"


@dataclass(frozen=True)
class Device:
    """What a request comes from; shown to the owner, believed by nobody."""

    user_agent: str
    address: str


UNKNOWN_DEVICE = Device("", "unknown")


class RefreshVerdict(StrEnum):
    """What to do with a presented refresh token."""

    ROTATE = "rotate"
    JUST_USED = "just_used"
    REUSED = "reused"
    REFUSED = "refused"


def pause_after(attempts: int) -> timedelta:
    """How long a name waits after its n-th unfinished attempt: the first few are free, then it doubles to a bound."""
    if attempts <= FREE_ATTEMPTS:
        return timedelta()
    seconds = 2 ** min(attempts - FREE_ATTEMPTS - 1, 20)
    return min(timedelta(seconds=seconds), LONGEST_PAUSE)


def attempts_so_far(counted: int, last_at: datetime | None, now: datetime) -> int:
    """Attempts of a day ago are forgotten."""
    return 0 if last_at is None or now - last_at >= FORGET_ATTEMPTS else counted


def code_is_open(*, attempts: int, passed: bool, expires_at: datetime, now: datetime) -> bool:
    """Whether a challenge still takes codes; a locked, used or expired one refuses the right code too."""
    return attempts < CODE_ATTEMPTS and not passed and now < expires_at


def judge_refresh(
    *, used_at: datetime | None, expires_at: datetime, session_over: bool, now: datetime
) -> RefreshVerdict:
    """A used token that comes back later was stolen, or its successor was: the session must end (reuse detection)."""
    if session_over:
        return RefreshVerdict.REFUSED
    if used_at is not None:
        return RefreshVerdict.JUST_USED if now - used_at <= DOUBLE_SUBMIT else RefreshVerdict.REUSED
    return RefreshVerdict.ROTATE if now < expires_at else RefreshVerdict.REFUSED


def shortened(user_agent: str) -> str:
    """A browser's name for itself, fit to be stored and shown: printable, one line, not long."""
    printable = "".join(char if char.isprintable() else " " for char in user_agent[: 4 * LONGEST_USER_AGENT])
    return " ".join(printable.split())[:LONGEST_USER_AGENT].rstrip()


def is_seen_again(last_seen_at: datetime, now: datetime) -> bool:
    """Whether a session's last sign of life is old enough to be noted anew; not each request writes a row."""
    return now - last_seen_at >= SEEN_EVERY


def checked_code(typed: str) -> str:
    """Six digits, however they were grouped."""
    code = "".join(typed.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        detail = "The code has six digits."
        raise Invalid(
            "code_malformed", detail, rule="I10", fields=(FieldError("code", "code_malformed", detail, "I10"),)
        )
    return code
