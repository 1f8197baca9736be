"""States of what other services own, as the rights page shows them (A15)."""

from enum import StrEnum


class InvitationState(StrEnum):
    """The life of an invitation, as far as dossier hears of it (I5)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


class MailState(StrEnum):
    """What became of the last mail about an offer (M4)."""

    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
