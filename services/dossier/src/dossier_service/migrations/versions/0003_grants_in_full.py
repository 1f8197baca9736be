"""Grants in full: texts that travel, requests to send again, mails that were withheld, dead addresses, summaries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _grants()
    _mails()
    _notices()
    _journal()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _grants() -> None:
    op.add_column("access_grant", sa.Column("custom_text", sa.String(), nullable=True))
    op.create_table(
        "resend",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("resend_firm_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("resend_pkey")),
    )
    op.create_index("resend_of_person", "resend", ["firm_id", "email", "at"], unique=False)


def _mails() -> None:
    op.add_column("last_mail", sa.Column("slot", sa.Text(), nullable=False, server_default="outcome"))
    op.add_column("last_mail", sa.Column("permanent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE last_mail SET slot = 'withheld' WHERE state = 'suppressed'")
    op.alter_column("last_mail", "slot", server_default=None)
    op.alter_column("last_mail", "permanent", server_default=None)
    op.drop_constraint("last_mail_pkey", "last_mail", type_="primary")
    op.create_primary_key("last_mail_pkey", "last_mail", ["offer_id", "slot"])
    op.add_column("known_account", sa.Column("undeliverable_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("known_account", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))


def _notices() -> None:
    op.create_table(
        "manager_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("manager_notice_dossier_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("manager_notice_pkey")),
    )
    op.create_index("manager_notice_of_dossier", "manager_notice", ["dossier_id", "id"], unique=False)


def _journal() -> None:
    op.create_index("journal_of_subject", "journal", ["subject_id", "id"], unique=False)
