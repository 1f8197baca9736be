"""Pure rules of staff as notifier knows them: what a role may do with a firm's mails (A14)."""

from enum import StrEnum


class StaffRole(StrEnum):
    """The roles of A14; another word gives no right at all."""

    ADMINISTRATOR = "administrator"
    ACCOUNTANT = "accountant"


def known_role(said: str) -> StaffRole | None:
    """The role that an event names; None for one this service does not know."""
    return StaffRole(said) if said in set(StaffRole) else None


def may_run_mails(role: StaffRole) -> bool:
    """Whether somebody of this role may hold and release the firm's mails and see what is held (A14, M6)."""
    return role is StaffRole.ADMINISTRATOR
