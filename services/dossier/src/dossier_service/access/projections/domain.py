"""States of what other services own, as the rights page shows them (A15)."""

from dataclasses import dataclass
from enum import StrEnum

from event_contracts.identity import AccountState


@dataclass(frozen=True, slots=True)
class KnownAccountState:
    """What is known of an account: whether its password is set, and whether its phone was verified (A14)."""

    state: AccountState
    phone_verified: bool

    @property
    def active(self) -> bool:
        return self.state is AccountState.ACTIVE


class InvitationState(StrEnum):
    """The life of an invitation, as far as dossier hears of it (I5)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    DECLINED = "declined"
    EXPIRED = "expired"


MAY_HAVE_EXPIRED = frozenset({InvitationState.PENDING, InvitationState.EXPIRED})
"""A pending invitation past its time counts as expired at once, whether or not its event was heard."""


class MailState(StrEnum):
    """What became of a mail about an offer (M4, M6)."""

    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    HELD = "held"

    @property
    def slot(self) -> "MailSlot":
        return MailSlot.OUTCOME if self in {MailState.SENT, MailState.FAILED} else MailSlot.WITHHELD


class MailSlot(StrEnum):
    """A mail that was withheld never hides what became of the one before it: the newest of each is kept."""

    OUTCOME = "outcome"
    WITHHELD = "withheld"


TO_THE_ACCOUNT = frozenset(
    {
        "welcome",
        "access_notice",
        "sign_in_information",
        "password_reset",
        "holder_notice",
        "manager_notice",
        "person_notice",
        "plan_published",
    }
)
"""Mails to the address that the account's owner keeps now. Others go to an address that may be new, old or wrong."""


def speaks_of_address(template: str, channel: str) -> bool:
    """Whether a mail's fate tells whether the account can be reached (M5)."""
    return channel == "email" and template in TO_THE_ACCOUNT
