"""The kit's tables, messages, their attempts, and what is closed."""

import sqlalchemy as sa
from alembic import op
from service_kit.db.kit_schema import create_kit_tables_v1
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

WAITING = sa.text("state IN ('deferred', 'queued', 'uncertain')")
FINAL = "state NOT IN ('failed', 'sent', 'suppressed') OR (parameters IS NULL AND sealed IS NULL)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_kit_tables_v1()
    _create_message()
    _create_attempt()
    op.create_table(
        "closed_subject",
        sa.Column("subject_id", sa.Uuid(), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
        sa.Column("swept", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.create_index("closed_subject_unswept", "closed_subject", ["subject_id"], postgresql_where=sa.text("NOT swept"))


def downgrade() -> None:
    op.drop_table("closed_subject")
    op.drop_table("attempt")
    op.drop_table("message")


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", sa.Uuid(), primary_key=True),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="queued"),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB()),
        sa.Column("sealed", postgresql.JSONB()),
        sa.Column("firm_id", sa.Uuid()),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("invitation_id", sa.Uuid()),
        sa.Column("step", sa.Integer()),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("offer_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("ladder", postgresql.JSONB()),
        sa.Column("policy", postgresql.JSONB()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("worker", sa.Uuid()),
        sa.Column("attempt_number", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("counted", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("uncertain", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.Column("correlation_id", sa.Text()),
        sa.Column("causation_id", sa.Text()),
        sa.Column("traceparent", sa.Text()),
        sa.UniqueConstraint("dedup_key", name="message_dedup_key_unique"),
        sa.CheckConstraint(FINAL, name="message_erased_when_final"),
    )
    # Every row is updated twice on its way; room on its page and an eager vacuum keep the queue's indexes small.
    op.execute("ALTER TABLE message SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)")
    op.create_index("message_due", "message", ["lane", "next_attempt_at", "message_id"], postgresql_where=WAITING)
    op.create_index("message_leased", "message", ["lease_until"], postgresql_where=sa.text("state = 'sending'"))
    op.create_index(
        "message_invitation", "message", ["invitation_id"], postgresql_where=sa.text("invitation_id IS NOT NULL")
    )
    op.create_index("message_account_waiting", "message", ["account_id"], postgresql_where=WAITING)
    op.create_index("message_offers", "message", ["offer_ids"], postgresql_using="gin")


def _create_attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("message_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("worker", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text()),
        sa.Column("code", sa.Integer()),
        sa.Column("detail", sa.Text()),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.message_id"], name="attempt_message_exists", ondelete="CASCADE"
        ),
    )
