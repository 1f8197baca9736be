"""What a person could open once is found by their grants, dead ones too, and by the dossiers they opened (A11)."""

from collections.abc import Sequence

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("access_grant_of_account", "access_grant", ["account_id", "id"], unique=False)
    op.create_index("dossier_of_creator", "dossier", ["created_by", "id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")
