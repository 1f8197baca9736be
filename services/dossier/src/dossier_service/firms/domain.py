"""A firm's staff: roles, the life of a place in it, who runs the firm (A14). Pure."""

from enum import StrEnum


class StaffRole(StrEnum):
    """Both may create clients; the administrator also runs the firm's settings and staff [003]."""

    ADMINISTRATOR = "administrator"
    ACCOUNTANT = "accountant"


class MembershipState(StrEnum):
    """A place is offered, then active once its person has an account with a verified phone; an ended one stays so."""

    OFFERED = "offered"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class NoticePreference(StrEnum):
    """How a member of staff is told what became of the access they gave (M8)."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class Awaited(StrEnum):
    """What an offered place waits for: that its person has an account, then that they verified its phone (A14)."""

    ACCOUNT = "account"
    PHONE = "phone"


LIVE_MEMBERSHIP = frozenset({MembershipState.OFFERED, MembershipState.ACTIVE})


def may_run_firm(role: StaffRole) -> bool:
    """Staff are invited, changed and removed by an administrator (A14), who also runs the firm's settings [003]."""
    return role is StaffRole.ADMINISTRATOR


def awaited(*, account_active: bool, phone_verified: bool) -> Awaited | None:
    """What keeps an offered place from becoming active; nothing once the account's phone is verified (A14)."""
    if not account_active:
        return Awaited.ACCOUNT
    return None if phone_verified else Awaited.PHONE
