"""Staff of a firm: roles, the life of a membership, and who may invite (A14). Pure."""

from enum import StrEnum


class StaffRole(StrEnum):
    """Both may create clients; the administrator also runs the firm's settings and staff [003]."""

    ADMINISTRATOR = "administrator"
    ACCOUNTANT = "accountant"


class MembershipState(StrEnum):
    """A place in the staff is offered, then active once its person has an account; withdrawn ones never come back."""

    OFFERED = "offered"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


LIVE_MEMBERSHIP = frozenset({MembershipState.OFFERED, MembershipState.ACTIVE})


def may_run_staff(role: StaffRole) -> bool:
    """Staff are invited, changed and removed by an administrator (A14)."""
    return role is StaffRole.ADMINISTRATOR
