"""Bounces, suppressed addresses, held mails, staff who may see them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAITING = "state IN ('deferred', 'queued', 'uncertain')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _staff()
    _message()
    _bounces()
    _holds()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _staff() -> None:
    op.create_table(
        "staff_member",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("staff_member_pkey")),
    )
    op.create_index("staff_member_account", "staff_member", ["account_id", "firm_id"])
    op.create_table(
        "ended_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("tokens_expire_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("ended_session_pkey")),
    )
    op.create_index("ended_session_expiry", "ended_session", ["tokens_expire_at"])


def _message() -> None:
    op.add_column("message", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("asked_anew", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("message", sa.Column("address_hash", sa.LargeBinary(), nullable=True))
    op.drop_index("message_due", "message")
    op.create_index(
        "message_due",
        "message",
        ["lane", "next_attempt_at", "message_id"],
        postgresql_where=sa.text(f"{WAITING} AND held_at IS NULL"),
    )
    op.create_index("message_firm_waiting", "message", ["firm_id", "message_id"], postgresql_where=sa.text(WAITING))


def _bounces() -> None:
    op.create_table(
        "suppressed_address",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
        sa.PrimaryKeyConstraint("firm_id", "address_hash", name=op.f("suppressed_address_pkey")),
    )
    op.create_index("suppressed_address_everywhere", "suppressed_address", ["address_hash"])
    op.create_table(
        "delivery_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_report_pkey")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.message_id"], name="delivery_report_message_exists", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("message_id", "digest", name="delivery_report_kept_once"),
    )


def _holds() -> None:
    op.create_table(
        "mail_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("mail_hold_pkey")),
    )
    op.create_index("mail_hold_firm", "mail_hold", ["firm_id", "held_at"])
    op.create_index(
        "mail_hold_one_at_a_time",
        "mail_hold",
        [sa.text("coalesce(firm_id, '00000000-0000-0000-0000-000000000000'::uuid)")],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
