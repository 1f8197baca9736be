"""What goes in and out of the session routes."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from identity_service.inputs import SecretInput
from identity_service.sessions.service import SignedIn
from identity_service.sessions.sign_in import CodeAsked


class SignIn(SecretInput):
    """User name or e-mail, and password."""

    user_name: str = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=1000)


class Code(SecretInput):
    """The six digits of the SMS."""

    code: str = Field(min_length=1, max_length=20)


class Refresh(SecretInput):
    """The newest refresh token."""

    refresh_token: str = Field(min_length=1, max_length=200)


class Tokens(BaseModel):
    """An access token for ten minutes and the refresh token that gives the next."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a scheme, not a secret
    expires_in: int
    refresh_token: str
    session_id: UUID


class SignInAnswer(BaseModel):
    """A code is asked for (`challenge_id`), or, for an account without a phone, the tokens are here."""

    challenge_id: UUID | None = None
    expires_at: datetime | None = None
    tokens: Tokens | None = None


def tokens_out(signed_in: SignedIn) -> Tokens:
    """The tokens of a program's session."""
    if signed_in.access is None:
        raise ValueError("a browser's session has no tokens")
    return Tokens(
        access_token=signed_in.access.text,
        expires_in=signed_in.access.expires_in,
        refresh_token=signed_in.secret,
        session_id=signed_in.session_id,
    )


def sign_in_out(result: CodeAsked | SignedIn) -> SignInAnswer:
    """Either half of the answer."""
    if isinstance(result, SignedIn):
        return SignInAnswer(tokens=tokens_out(result))
    return SignInAnswer(challenge_id=result.challenge_id, expires_at=result.expires_at)
