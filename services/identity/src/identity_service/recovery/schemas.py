"""What goes in and out of the recovery routes."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from identity_service.inputs import SecretInput
from identity_service.recovery.resets import Reset, ResetDone


class ResetWanted(SecretInput):
    """User name or e-mail of whoever forgot the password."""

    user_name: str = Field(min_length=1, max_length=320)


class ResetAsked(BaseModel):
    """The same answer for everybody."""

    detail: str = "If an account answers to this name, a link is on its way to its e-mail address."


class LiveReset(BaseModel):
    """A link that works, and until when."""

    user_name: str
    expires_at: datetime


class NewPassword(SecretInput):
    """The password to set."""

    password: str = Field(min_length=1, max_length=1000)


class PasswordSet(BaseModel):
    """Whose password was set. Nobody is signed in by it."""

    account_id: UUID
    user_name: str


class Confirmation(SecretInput):
    """The owner's password, typed again."""

    password: str = Field(min_length=1, max_length=1000)


class RecoveryCodes(BaseModel):
    """Ten codes; they are shown this once."""

    codes: tuple[str, ...]


class RecoveryCodesLeft(BaseModel):
    """How many codes were not used."""

    left: int


class TypedRecoveryCode(SecretInput):
    """One recovery code, grouped or not."""

    code: str = Field(min_length=1, max_length=60)


def live_out(reset: Reset) -> LiveReset:
    """A live link as its reader sees it."""
    return LiveReset(user_name=reset.user_name, expires_at=reset.expires_at)


def set_out(done: ResetDone) -> PasswordSet:
    """The end of a reset."""
    return PasswordSet(account_id=done.account_id, user_name=done.user_name)
