"""The kit's tables as SQLAlchemy sees them, so that a service's metadata and its migrations agree."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

OUTBOX_SEQUENCE = "outbox_sequence"
PARTITIONED = ("outbox", "inbox")


def add_kit_tables(metadata: MetaData) -> None:
    """Adds outbox, inbox, running, idempotency_key and app_clock to a service's metadata."""
    _outbox(metadata)
    _inbox(metadata)
    _running(metadata)
    _idempotency_key(metadata)
    Table(
        "app_clock",
        metadata,
        Column("id", Boolean, primary_key=True, server_default=text("true")),
        Column("offset", Interval, nullable=False, server_default=text("'0'::interval")),
        CheckConstraint("id", name="app_clock_single_row"),
    )


def _outbox(metadata: MetaData) -> None:
    sequence = Sequence(OUTBOX_SEQUENCE, metadata=metadata)
    table = Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("sequence", BigInteger, sequence, nullable=False, server_default=sequence.next_value()),
        Column("time", DateTime(timezone=True), nullable=False, server_default=text("app_now()")),
        Column("correlation_id", Text),
        Column("causation_id", Text),
        Column("traceparent", Text),
        Column("data", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("sent_at", DateTime(timezone=True)),
        Column("last_error", Text),
        postgresql_partition_by="RANGE (id)",
    )
    Index("outbox_due", table.c.next_attempt_at, table.c.id, postgresql_where=text("sent_at IS NULL"))


def _inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("handler", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("rejection", Text),
        postgresql_partition_by="RANGE (event_id)",
    )


def _running(metadata: MetaData) -> None:
    Table(
        "running",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("handler", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("worker", Uuid, nullable=False),
        Column("starts", Integer, nullable=False, server_default=text("1")),
        Column("started_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )


def _idempotency_key(metadata: MetaData) -> None:
    table = Table(
        "idempotency_key",
        metadata,
        Column("scope", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", Integer),
        Column("headers", JSONB),
        Column("body", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )
    Index("idempotency_key_age", table.c.created_at)
