"""Offers about which nothing is mailed for now, and the manager in whose name mails go out after a handover."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("offer", sa.Column("suspended", sa.Boolean))
    op.add_column("offer", sa.Column("suspended_order", sa.BigInteger))
    op.add_column("offer", sa.Column("manager_name", sa.Text))
    op.add_column("offer", sa.Column("manager_name_order", sa.BigInteger))


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")
