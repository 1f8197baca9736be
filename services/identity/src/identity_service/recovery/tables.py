"""Tables of forgotten passwords and of recovery codes; of both only hashes are kept."""

from datetime import datetime
from uuid import UUID

from service_kit.db import utc_column
from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary
from sqlmodel import Field

from identity_service.tables_base import IdentityTable


class ResetRequest(IdentityTable, table=True):
    """Somebody asked for a reset. Asked for nobody known, it has no account: the asking costs the same (I10).

    No foreign key: its check would read, and wait for, the row of a known account only.
    """

    __tablename__ = "reset_request"
    __table_args__ = (Index("reset_request_age", "asked_at"),)

    id: UUID = Field(primary_key=True)
    account_id: UUID | None = Field(default=None)
    asked_at: datetime = Field(sa_column=utc_column())


class PasswordReset(IdentityTable, table=True):
    """One mailed link. It is worth something only while the account's credentials are those it was made for."""

    __tablename__ = "password_reset"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.id"], name="password_reset_account_fkey"),
        Index("password_reset_of_account", "account_id"),
        Index("password_reset_expiry", "expires_at"),
    )

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    id: UUID
    account_id: UUID
    credentials_version: int
    issued_at: datetime = Field(sa_column=utc_column())
    expires_at: datetime = Field(sa_column=utc_column())
    replaced_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    used_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class RecoveryCode(IdentityTable, table=True):
    """One code for a lost phone. With 120 random bits a plain SHA-256 is enough (ASVS 6.5.2)."""

    __tablename__ = "recovery_code"
    __table_args__ = (ForeignKeyConstraint(["account_id"], ["account.id"], name="recovery_code_account_fkey"),)

    account_id: UUID = Field(primary_key=True)
    code_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    made_at: datetime = Field(sa_column=utc_column())
    used_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
