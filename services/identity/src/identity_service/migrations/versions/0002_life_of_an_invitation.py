"""Invitations in full: declined, expired, undeliverable; accesses left; people kept out by a firm."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("offer", sa.Column("right_order", sa.BigInteger))
    op.add_column("offer", sa.Column("left_at", MOMENT))
    op.add_column("invitation", sa.Column("undeliverable_at", MOMENT))
    op.create_table(
        "kept_out",
        sa.Column("firm_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("deactivated", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("unsent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "account_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")
