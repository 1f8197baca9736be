"""One row per mail or SMS, whose words and secrets are gone once its state is final, and what is closed (M4)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from notifier_service.messages.domain import FINAL_STATES, WAITING_STATES, Channel, Lane, MessageState, Template
from notifier_service.tables_base import NotifierTable


def _among(states: frozenset[MessageState]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


def _json_or_null() -> Column[Any]:
    """SQL NULL for None, not JSON's: erased must be `IS NULL`."""
    return Column(JSONB(none_as_null=True))


WAITING = f"state IN ({_among(WAITING_STATES)})"
# What goes where the account of `account_address AS address` has its mails now: that which names nobody else, and the
# ordinary mail that was written before the address changed. A link is bound to the address it was made for.
FOLLOWS = """(to_account OR channel = 'email' AND lane = 'ordinary' AND invitation_id IS NULL
    AND address.known_at > created_at)"""
ERASED = "parameters IS NULL AND sealed IS NULL"


class Message(NotifierTable, table=True):
    """One mail or SMS. `next_attempt_at` and `lease_until` are by the server's own clock: they time machines, not
    people, so a shifted `app_now()` must not expire the lease of a mail that is on its way."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("dedup_key", name="message_dedup_key_unique"),
        CheckConstraint(f"state NOT IN ({_among(FINAL_STATES)}) OR ({ERASED})", name="message_erased_when_final"),
        Index(
            "message_due",
            "lane",
            "next_attempt_at",
            "message_id",
            postgresql_where=text(f"{WAITING} AND held_at IS NULL"),
        ),
        Index("message_firm_waiting", "firm_id", "message_id", postgresql_where=text(WAITING)),
        Index("message_leased", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("message_invitation", "invitation_id", postgresql_where=text("invitation_id IS NOT NULL")),
        Index("message_concerns", "concerns", postgresql_using="gin", postgresql_where=text(WAITING)),
        Index("message_topic", "topic", "sequence", postgresql_where=text("topic IS NOT NULL")),
        Index("message_offers", "offer_ids", postgresql_using="gin"),
    )

    message_id: UUID = Field(primary_key=True)
    dedup_key: str = Field(sa_column=Column(Text, nullable=False))
    lane: Lane = Field(sa_column=enum_column(Lane))
    channel: Channel = Field(sa_column=enum_column(Channel))
    template: Template = Field(sa_column=enum_column(Template))
    language: str = Field(sa_column=Column(Text, nullable=False))
    state: MessageState = Field(sa_column=enum_column(MessageState, server_default=MessageState.QUEUED.value))
    # Empty while it goes to an account and was not sent yet: the address is looked up then.
    recipient: str | None = Field(default=None, sa_column=Column(Text))
    to_account: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    parameters: dict[str, Any] | None = Field(default=None, sa_column=_json_or_null())
    sealed: dict[str, Any] | None = Field(default=None, sa_column=_json_or_null())
    firm_id: UUID | None = None
    account_id: UUID | None = None
    invitation_id: UUID | None = None
    step: int | None = None
    # Of the event that asked for it: tells the later of two mails of one invitation, in whatever order they came.
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    # Nobody wants it any more once one of these is closed, or once a later message has the same topic.
    concerns: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False, server_default=text("'{}'")))
    topic: str | None = Field(default=None, sa_column=Column(Text))
    offer_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False, server_default=text("'{}'")))
    ladder: dict[str, Any] | None = Field(default=None, sa_column=_json_or_null())
    policy: dict[str, Any] | None = Field(default=None, sa_column=_json_or_null())
    expires_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    created_at: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))
    next_attempt_at: datetime = Field(sa_column=utc_column(server_default=text("now()")))
    lease_until: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    worker: UUID | None = None
    attempt_number: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    counted: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    uncertain: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    settled_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    # Since when it is told to wait because mails are held (M6), and whether it goes out even where mail bounced (M5).
    held_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    asked_anew: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    # Where a firm's ordinary mail went, as a keyed hash, so that a report which comes later can suppress the address.
    address_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    correlation_id: str | None = Field(default=None, sa_column=Column(Text))
    causation_id: str | None = Field(default=None, sa_column=Column(Text))
    traceparent: str | None = Field(default=None, sa_column=Column(Text))


class ClosedSubject(NotifierTable, table=True):
    """What nobody wants mails about any more, even those that arrive later: an invitation, an account, a grant.

    `sequence` is the closing event's: an invitation that lives again is mailed about again. FOR_GOOD has no later.
    """

    __tablename__ = "closed_subject"
    __table_args__ = (Index("closed_subject_unswept", "subject_id", postgresql_where=text("NOT swept")),)

    subject_id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    closed_at: datetime = Field(sa_column=utc_column(server_default=text("app_now()")))
    swept: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
