"""What identity says: accounts, invitations and sessions. Links and codes travel sealed (I5)."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from event_contracts.envelope import EventData
from event_contracts.people import (
    FirmRef,
    LadderKey,
    LadderPolicy,
    Language,
    Offer,
    Recipient,
    SealedValue,
)


class AccountState(StrEnum):
    """Whether the person has set a password yet."""

    PENDING = "pending"
    ACTIVE = "active"


class Occasion(StrEnum):
    """Why an invitation mail goes out: the first one, a dossier added while pending, a reminder (I7)."""

    FIRST = "first"
    ADDED = "added"
    REMINDER = "reminder"


class AccessLinked(EventData):
    """An offer now belongs to an account. For an active account notifier sends the notice of new access (I1)."""

    event_type: ClassVar[str] = "identity.access.linked.v1"
    offer: Offer
    firm: FirmRef
    account_id: UUID
    account_state: AccountState
    user_name: str
    recipient: Recipient
    granted_by: str
    custom_text: str | None = None
    invitation_id: UUID | None = None

    @property
    def subject(self) -> str:
        return str(self.offer.offer_id)


class InvitationIssued(EventData):
    """An invitation mail is to go out; its link is sealed. Every mail carries a token of its own (I7)."""

    event_type: ClassVar[str] = "identity.invitation.issued.v1"
    invitation_id: UUID
    account_id: UUID
    firm: FirmRef
    recipient: Recipient
    user_name: str
    occasion: Occasion
    step: int | None = Field(default=None, ge=1)
    offers: tuple[Offer, ...] = Field(min_length=1)
    granted_by: str
    custom_text: str | None = None
    sealed_link: SealedValue
    expires_at: AwareDatetime
    ladder: LadderKey
    policy: LadderPolicy

    @property
    def subject(self) -> str:
        return str(self.invitation_id)


class InvitationAccepted(EventData):
    """The invited person set a password; all invitations of the account settle at once (I2)."""

    event_type: ClassVar[str] = "identity.invitation.accepted.v1"
    invitation_id: UUID
    account_id: UUID
    firm_id: UUID
    offer_ids: tuple[UUID, ...]

    @property
    def subject(self) -> str:
        return str(self.invitation_id)


class InvitationRevoked(EventData):
    """Every offer behind the invitation is gone; its links are dead and its ladder stops (R3)."""

    event_type: ClassVar[str] = "identity.invitation.revoked.v1"
    invitation_id: UUID
    account_id: UUID
    firm_id: UUID
    ladder: LadderKey

    @property
    def subject(self) -> str:
        return str(self.invitation_id)


class AccountActivated(EventData):
    """The account exists: a password is set. Dossier activates the account's grants, scheduler stops its ladders."""

    event_type: ClassVar[str] = "identity.account.activated.v1"
    account_id: UUID
    user_name: str
    recipient: Recipient

    @property
    def subject(self) -> str:
        return str(self.account_id)


class ReminderWithheld(EventData):
    """A due reminder was not sent, and why (R3)."""

    event_type: ClassVar[str] = "identity.reminder.withheld.v1"
    ladder: LadderKey
    step: int
    reason: str

    @property
    def subject(self) -> str:
        return str(self.ladder)


class SignInCodeIssued(EventData):
    """A six-digit code is to go out by SMS; the code is sealed (I5, I10)."""

    event_type: ClassVar[str] = "identity.sign_in_code.issued.v1"
    challenge_id: UUID
    account_id: UUID
    phone: str
    language: Language
    sealed_code: SealedValue
    expires_at: AwareDatetime

    @property
    def subject(self) -> str:
        return str(self.challenge_id)


class SessionEnded(EventData):
    """A session is over (signed out, reused refresh token); its access tokens are refused until they expire (I11)."""

    event_type: ClassVar[str] = "identity.session.ended.v1"
    session_id: UUID
    account_id: UUID
    reason: str
    tokens_expire_at: AwareDatetime

    @property
    def subject(self) -> str:
        return str(self.session_id)
