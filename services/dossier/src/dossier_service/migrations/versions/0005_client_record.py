"""The client record: code, status, currency, addresses and numbers of a client (document 004)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TEXTS = ("currency", "type", "customer_number", "enterprise_number", "business_number", "mobile", "fax", "website")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("firm", sa.Column("last_client_number", sa.Integer(), nullable=False, server_default="1000000"))
    op.alter_column("firm", "last_client_number", server_default=None)
    for name in ("code", "code_skeleton", *_TEXTS):
        op.add_column("client", sa.Column(name, sa.String(), nullable=True))
    for name in ("postal_address", "delivery_address"):
        op.add_column("client", sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("client", sa.Column("status", sa.Text(), nullable=False, server_default="active"))
    op.alter_column("client", "status", server_default=None)
    op.add_column("client", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("client", "version", server_default=None)
    op.add_column("client", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    _references()
    _numbered()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _references() -> None:
    op.add_column("client", sa.Column("branch_id", sa.Uuid(), nullable=True))
    op.add_column("client", sa.Column("bill_to", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("client_branch_id_fkey"), "client", "branch", ["branch_id"], ["id"])
    op.create_foreign_key(op.f("client_bill_to_fkey"), "client", "client", ["bill_to"], ["id"])


def _numbered() -> None:
    """Clients that are there already get the firm's first numbers; the skeleton of digits is that of user names."""
    op.execute("""
        UPDATE client SET changed_at = created_at, code = n.code, code_skeleton = translate(n.code, '01', 'ol')
        FROM (
            SELECT id, (1000000 + row_number() OVER (PARTITION BY firm_id ORDER BY id))::text AS code FROM client
        ) n
        WHERE n.id = client.id
    """)
    op.execute("""
        UPDATE firm
        SET last_client_number = 1000000 + (SELECT count(*) FROM client WHERE client.firm_id = firm.id)
    """)
    for name in ("code", "code_skeleton", "changed_at"):
        op.alter_column("client", name, nullable=False)
    op.create_index("client_code_of_firm", "client", ["firm_id", "code_skeleton"], unique=True)
