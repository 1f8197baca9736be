"""The expiry as a ladder's last step; ladders of before have none."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("ladder", sa.Column("expiry_due_at", sa.DateTime(timezone=True)))
    op.add_column("ladder", sa.Column("expiry_fired_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "ladder_expiry_due_before_fired", "ladder", "expiry_fired_at IS NULL OR expiry_due_at IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")
