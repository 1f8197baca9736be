"""Copies of what dossier and identity said of staff and sessions: rows may come before what they are about."""

from datetime import datetime
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from notifier_service.staff.domain import StaffRole
from notifier_service.tables_base import NotifierTable


class StaffMember(NotifierTable, table=True):
    """A place in a firm's staff. Without a role it gives nothing: it was removed, or its role is not known here."""

    __tablename__ = "staff_member"
    __table_args__ = (Index("staff_member_account", "account_id", "firm_id"),)

    membership_id: UUID = Field(primary_key=True)
    firm_id: UUID
    account_id: UUID | None = None
    role: StaffRole | None = Field(default=None, sa_column=enum_column(StaffRole, nullable=True))
    sequence: int = Field(sa_type=BigInteger)


class EndedSession(NotifierTable, table=True):
    """A session identity ended: its tokens are refused until the last of them has expired (I11)."""

    __tablename__ = "ended_session"
    __table_args__ = (Index("ended_session_expiry", "tokens_expire_at"),)

    session_id: UUID = Field(primary_key=True)
    tokens_expire_at: datetime = Field(sa_column=utc_column())
