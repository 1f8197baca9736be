"""The kit's tables and the sample's one."""

import sqlalchemy as sa
from alembic import op
from service_kit.db.kit_schema import create_kit_tables_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kit_tables_v1()
    op.create_table(
        "note",
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("note")
