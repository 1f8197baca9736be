"""Rules of getting back in (I10, I13): what a reset link is worth, what a recovery code looks like. Pure."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from service_kit.errors import DomainError, FieldError, Gone, Invalid, NotFound

RULE = "I10"
RESET_LIFETIME = timedelta(hours=1)
CODES = 10
CODE_LENGTH = 24
_GROUP = 4
_CODE = re.compile(r"[A-Z2-7]{24}")
# What base32 leaves out because it is misread.
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015]+")


class ResetState(StrEnum):
    """What one link says at once, before anything is typed."""

    PENDING = "pending"
    USED = "used"
    REPLACED = "replaced"
    EXPIRED = "expired"


def reset_state(
    *, used: bool, replaced: bool, same_credentials: bool, expires_at: datetime, now: datetime
) -> ResetState:
    """A newer link, a changed password and a changed address replace it; it works once and for an hour."""
    if used:
        return ResetState.USED
    if replaced or not same_credentials:
        return ResetState.REPLACED
    return ResetState.PENDING if now < expires_at else ResetState.EXPIRED


_DEAD = {
    ResetState.USED: "This link was used: the password is set.",
    ResetState.REPLACED: "This link no longer works: a newer one was sent, or the account was changed since.",
    ResetState.EXPIRED: "This link has expired.",
}


def dead_reset(state: ResetState) -> DomainError:
    """The answer to a link that no longer works: gone, with its reason."""
    return Gone(f"reset_{state.value}", _DEAD[state], rule=RULE)


def unknown_reset() -> DomainError:
    """The answer to a link that never was."""
    return NotFound("not_found", "There is nothing here.")


def grouped(code: str) -> str:
    """A recovery code as it is shown: groups of four, to be copied by hand."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def checked_recovery_code(typed: str) -> str:
    """The one spelling of a recovery code, however it was grouped or misread; Invalid when it cannot be one."""
    code = _SEPARATORS.sub("", typed).upper().translate(_MISREAD)
    if not _CODE.fullmatch(code):
        detail = f"A recovery code has {CODE_LENGTH} letters and digits."
        raise Invalid(
            "recovery_code_malformed",
            detail,
            rule="I13",
            fields=(FieldError("code", "recovery_code_malformed", detail, "I13"),),
        )
    return code
