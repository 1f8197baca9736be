"""What identity says about signing in and keeping an account safe. Links and codes travel sealed (I5)."""

from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime

from event_contracts.envelope import EventData
from event_contracts.people import Language, Recipient, SealedValue


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


class ContactCodeIssued(EventData):
    """A six-digit code goes to a new address or number, to prove that the account's owner has it (I9)."""

    event_type: ClassVar[str] = "identity.contact_code.issued.v1"
    change_id: UUID
    account_id: UUID
    channel: Literal["email", "sms"]
    address: str
    given_name: str
    family_name: str
    language: Language
    sealed_code: SealedValue
    expires_at: AwareDatetime

    @property
    def subject(self) -> str:
        return str(self.change_id)


class PasswordResetIssued(EventData):
    """A link to set a new password goes to the account's own address (I10); it is sealed."""

    event_type: ClassVar[str] = "identity.password_reset.issued.v1"
    reset_id: UUID
    account_id: UUID
    recipient: Recipient
    user_name: str
    sealed_link: SealedValue
    expires_at: AwareDatetime

    @property
    def subject(self) -> str:
        return str(self.reset_id)


class SecurityNoticeKind(StrEnum):
    """What an owner hears at once. `address_claimed`: somebody named your address as theirs, and nothing changed."""

    EMAIL_CHANGED = "email_changed"
    PHONE_CHANGED = "phone_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a kind, not a secret
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    ADDRESS_CLAIMED = "address_claimed"
    ACCOUNT_ERASED = "account_erased"


class SecurityNoticeIssued(EventData):
    """Something changed about an account's safety; `detail` is the new address or number, reduced for reading."""

    event_type: ClassVar[str] = "identity.security_notice.issued.v1"
    notice_id: UUID
    account_id: UUID
    kind: SecurityNoticeKind
    recipient: Recipient
    at: AwareDatetime
    detail: str | None = None

    @property
    def subject(self) -> str:
        return str(self.notice_id)


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
