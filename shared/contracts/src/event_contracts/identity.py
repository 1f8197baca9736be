"""What identity says: accounts, offers and invitations. Links travel sealed (I5)."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from event_contracts.envelope import EventData
from event_contracts.people import (
    FirmRef,
    LadderKey,
    LadderPolicy,
    Offer,
    Recipient,
    SealedValue,
)


class AccountState(StrEnum):
    """Whether the person has set a password yet, or had themselves erased (I13)."""

    PENDING = "pending"
    ACTIVE = "active"
    ERASED = "erased"


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
    phone_verified: bool | None = None

    @property
    def subject(self) -> str:
        return str(self.offer.offer_id)


class AccessLeft(EventData):
    """The owner of the account gives up an access (I13); for a holder it is the one way out besides erasure (A5)."""

    event_type: ClassVar[str] = "identity.access.left.v1"
    offer_id: UUID
    account_id: UUID
    firm_id: UUID

    @property
    def subject(self) -> str:
        return str(self.offer_id)


class InvitationIssued(EventData):
    """An invitation mail is to go out; its link is sealed. Every mail carries a token of its own (I7).

    `resend`: somebody asked for it anew, so it goes out even to an address that bounced.
    """

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
    resend: bool | None = None

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


class InvitationEnded(EventData):
    """Base of an invitation that ended without an account; its links are dead and its ladder stops (R3)."""

    invitation_id: UUID
    account_id: UUID
    firm_id: UUID
    offer_ids: tuple[UUID, ...]
    ladder: LadderKey

    @property
    def subject(self) -> str:
        return str(self.invitation_id)


class InvitationDeclined(InvitationEnded):
    """The invited person declined what this firm offered (I5)."""

    event_type: ClassVar[str] = "identity.invitation.declined.v1"


class InvitationExpired(InvitationEnded):
    """The invitation expired, as the ladder's last step (R4); staff may resend it (I7)."""

    event_type: ClassVar[str] = "identity.invitation.expired.v1"


class InvitationExtended(EventData):
    """The invitation outlived its ladder's expiry step, because a later mail went out (I8): the step moves."""

    event_type: ClassVar[str] = "identity.invitation.extended.v1"
    invitation_id: UUID
    account_id: UUID
    firm_id: UUID
    ladder: LadderKey
    expires_at: AwareDatetime

    @property
    def subject(self) -> str:
        return str(self.invitation_id)


class LadderCancelled(EventData):
    """No more reminders for this person at this firm (R3): deactivated there, erased, or all it offers is suspended."""

    event_type: ClassVar[str] = "identity.ladder.cancelled.v1"
    ladder: LadderKey
    reason: str

    @property
    def subject(self) -> str:
        return str(self.ladder)


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


class AccountChanged(EventData):
    """The owner changed name, language or address; mails go there from now on (I9, I13)."""

    event_type: ClassVar[str] = "identity.account.changed.v1"
    account_id: UUID
    user_name: str
    recipient: Recipient

    @property
    def subject(self) -> str:
        return str(self.account_id)


class PhoneVerified(EventData):
    """A code sent to the account's phone was entered; staff need that (A14)."""

    event_type: ClassVar[str] = "identity.phone.verified.v1"
    account_id: UUID

    @property
    def subject(self) -> str:
        return str(self.account_id)


class AccountErased(EventData):
    """The owner had the account erased (I13): every access of theirs ends, what names them is forgotten."""

    event_type: ClassVar[str] = "identity.account.erased.v1"
    account_id: UUID

    @property
    def subject(self) -> str:
        return str(self.account_id)


class SignInInformationIssued(EventData):
    """Somebody who has an account is told again how to sign in; no link that sets a password (K2)."""

    event_type: ClassVar[str] = "identity.sign_in_information.issued.v1"
    account_id: UUID
    firm: FirmRef
    recipient: Recipient
    user_name: str
    offers: tuple[Offer, ...] = Field(min_length=1)
    requested_by: str
    custom_text: str | None = None

    @property
    def subject(self) -> str:
        return str(self.account_id)
