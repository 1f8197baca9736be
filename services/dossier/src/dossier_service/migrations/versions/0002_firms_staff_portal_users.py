"""Firms in full: policy and logo, places in the staff that end, verified phones, portal users that are kept out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None
LIVE = sa.text("state IN ('offered', 'active')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _firms()
    _staff()
    _portal_users()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _firms() -> None:
    op.add_column("firm", sa.Column("reminder_offsets", postgresql.ARRAY(sa.Interval()), nullable=True))
    op.add_column("firm", sa.Column("sender_name", sa.String(), nullable=True))
    op.add_column("firm", sa.Column("reply_to", sa.String(), nullable=True))
    op.add_column("firm", sa.Column("colour", sa.String(), nullable=True))
    op.add_column("firm", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "firm_logo",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("firm_logo_firm_id_fkey")),
        sa.PrimaryKeyConstraint("firm_id", name=op.f("firm_logo_pkey")),
    )


def _staff() -> None:
    op.add_column("membership", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("membership", sa.Column("custom_text", sa.String(), nullable=True))
    op.add_column("membership", sa.Column("notices", sa.Text(), nullable=False, server_default="at_once"))
    op.add_column("membership", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("known_account", sa.Column("phone_verified", sa.Boolean(), nullable=False, server_default=sa.false()))


def _portal_users() -> None:
    op.create_table(
        "portal_user",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["membership.id"], name=op.f("portal_user_changed_by_fkey")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("portal_user_firm_id_fkey")),
        sa.PrimaryKeyConstraint("firm_id", "account_id", name=op.f("portal_user_pkey")),
    )
    op.create_index(
        "access_grant_live_in_firm",
        "access_grant",
        ["firm_id", "account_id"],
        unique=False,
        postgresql_where=LIVE,
    )
