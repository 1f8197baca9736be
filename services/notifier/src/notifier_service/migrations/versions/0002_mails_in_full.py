"""Mails in full: accounts' addresses and firms' looks as known here, what a message concerns, closing by sequence."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAITING = sa.text("state IN ('deferred', 'queued', 'uncertain')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _projections()
    _message()
    _closed_subject()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _projections() -> None:
    op.create_table(
        "account_address",
        sa.Column("account_id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.Text()),
        sa.Column("given_name", sa.Text()),
        sa.Column("family_name", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("app_now()")),
    )
    op.create_table(
        "firm_brand",
        sa.Column("firm_id", sa.Uuid(), primary_key=True),
        sa.Column("firm_name", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text()),
        sa.Column("colour", sa.Text()),
        sa.Column("logo", sa.LargeBinary()),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def _message() -> None:
    op.alter_column("message", "recipient", nullable=True)
    op.add_column("message", sa.Column("to_account", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("message", sa.Column("concerns", sa.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("message", sa.Column("topic", sa.Text()))
    # What waits from before knows what it concerns from now on; settled messages are not asked again.
    op.execute("""
        UPDATE message SET concerns = CASE
            WHEN invitation_id IS NOT NULL THEN array_remove(ARRAY[invitation_id, account_id], NULL)
            WHEN template = 'access_notice' THEN offer_ids
            ELSE '{}' END
        WHERE state NOT IN ('failed', 'sent', 'suppressed')
    """)
    op.drop_index("message_account_waiting", "message")
    op.create_index("message_concerns", "message", ["concerns"], postgresql_using="gin", postgresql_where=WAITING)
    op.create_index("message_topic", "message", ["topic", "sequence"], postgresql_where=sa.text("topic IS NOT NULL"))


def _closed_subject() -> None:
    for_good = sa.text("9223372036854775807")
    op.add_column("closed_subject", sa.Column("sequence", sa.BigInteger(), nullable=False, server_default=for_good))
    op.alter_column("closed_subject", "sequence", server_default=None)
    op.drop_constraint("closed_subject_pkey", "closed_subject")
    op.create_primary_key("closed_subject_pkey", "closed_subject", ["subject_id", "sequence"])
