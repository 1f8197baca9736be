"""Small copies of what other services own. No foreign keys: a row may come before, or without, what it is about."""

from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from service_kit.db import enum_column, utc_column
from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from dossier_service.access.projections.domain import InvitationState, MailSlot, MailState
from dossier_service.tables_base import DossierTable


class KnownAccount(DossierTable, table=True):
    """An account identity spoke of: pending until its person set a password, then active for good.

    `phone_verified`: a code sent to its phone was entered once; a place in a staff needs that (A14).
    `undeliverable_at`, `delivered_at`: when a mail to its own address failed for good, and when one was taken (M5).
    """

    __tablename__ = "known_account"

    account_id: UUID = Field(primary_key=True)
    state: AccountState = Field(sa_column=enum_column(AccountState))
    user_name: str
    phone_verified: bool = False
    undeliverable_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    delivered_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))


class KnownInvitation(DossierTable, table=True):
    """An invitation's newest state by its sequence."""

    __tablename__ = "known_invitation"

    invitation_id: UUID = Field(primary_key=True)
    state: InvitationState = Field(sa_column=enum_column(InvitationState))
    expires_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    sequence: int = Field(sa_type=BigInteger)


class LastMail(DossierTable, table=True):
    """The newest outcome of a mail about an offer (a grant or a membership), and the newest that was withheld."""

    __tablename__ = "last_mail"

    offer_id: UUID = Field(primary_key=True)
    slot: MailSlot = Field(sa_column=enum_column(MailSlot, primary_key=True))
    message_id: UUID
    template: str
    channel: str
    state: MailState = Field(sa_column=enum_column(MailState))
    permanent: bool = False
    reason: str | None = None
    at: datetime = Field(sa_column=utc_column())
    sequence: int = Field(sa_type=BigInteger)


class NextReminder(DossierTable, table=True):
    """The ladder of an account and firm, newest epoch first; `due_at` is empty when no reminder comes (R2)."""

    __tablename__ = "next_reminder"

    account_id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(primary_key=True)
    epoch: int
    due_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    sequence: int = Field(sa_type=BigInteger)


class EndedSession(DossierTable, table=True):
    """A session identity ended: its tokens are refused until the last of them has expired (I11)."""

    __tablename__ = "ended_session"
    __table_args__ = (Index("ended_session_expiry", "tokens_expire_at"),)

    session_id: UUID = Field(primary_key=True)
    tokens_expire_at: datetime = Field(sa_column=utc_column())
