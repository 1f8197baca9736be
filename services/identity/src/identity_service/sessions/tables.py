"""Tables of sign-in: challenges, slow-down per name, sessions and their refresh tokens."""

from datetime import datetime
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from identity_service.sessions.domain import EndReason
from identity_service.tables_base import IdentityTable


class SignInChallenge(IdentityTable, table=True):
    """A code that is asked for. Wrong passwords and unknown names get one too, with no code to match (I10).

    It is worth something only while the account's credentials are those it was begun with.
    """

    __tablename__ = "sign_in_challenge"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="sign_in_challenge_account_fkey"),
        Index("sign_in_challenge_expiry", "expires_at"),
        Index("sign_in_challenge_of_account", "account_id", postgresql_where=text("account_id IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID | None = Field(default=None)
    guard_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    encrypted_code: str | None = None
    credentials_version: int = 0
    attempts: int = 0
    created_at: datetime = Field(sa_column=utc_column())
    expires_at: datetime = Field(sa_column=utc_column())
    passed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class SignInGuard(IdentityTable, table=True):
    """Unfinished attempts per typed name, known or not, as the SHA-256 of its spelling."""

    __tablename__ = "sign_in_guard"
    __table_args__ = (Index("sign_in_guard_age", "last_at"),)

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    attempts: int = 0
    last_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    blocked_until: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class Session(IdentityTable, table=True):
    """One signed-in device. A browser's is known by the hash of its cookie, a program's by its refresh tokens."""

    __tablename__ = "session"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="session_account_fkey"),
        UniqueConstraint("cookie_hash", name="session_cookie_key"),
        Index("session_of_account", "account_id"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID
    cookie_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    user_agent: str = Field(default="", sa_column=Column(Text, nullable=False))
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=utc_column())
    last_seen_at: datetime = Field(sa_column=utc_column())
    expires_at: datetime = Field(sa_column=utc_column())
    ended_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    end_reason: EndReason | None = Field(default=None, sa_column=enum_column(EndReason, nullable=True))


class RefreshToken(IdentityTable, table=True):
    """One link of a session's chain of refresh tokens; used ones stay, so that reuse is noticed."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        ForeignKeyConstraint(["session_id"], ["session.id"], name="refresh_token_session_fkey", ondelete="CASCADE"),
        Index("refresh_token_of_session", "session_id"),
    )

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session_id: UUID
    issued_at: datetime = Field(sa_column=utc_column())
    expires_at: datetime = Field(sa_column=utc_column())
    used_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
