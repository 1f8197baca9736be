"""Ladders, their reminders and the subjects they are about; the kit's tables."""

import sqlalchemy as sa
from alembic import op
from service_kit.db.kit_schema import create_kit_tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ARMED = sa.text("state = 'armed'")
# Every ladder is updated a few times and its armed entry leaves the index: vacuum early, keep room on the page.
BUSY = {"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_analyze_scale_factor": "0.02", "fillfactor": "85"}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_kit_tables_v1()
    op.create_table(
        "ladder_subject",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject_id", sa.Uuid, primary_key=True),
        sa.Column("stop_reason", sa.Text),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "ladder",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("firm_id", sa.Uuid, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stop_reason", sa.Text),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("next_due_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("correlation_id", sa.Text),
        sa.UniqueConstraint("kind", "subject_id", "firm_id", "epoch", name="ladder_key"),
        sa.CheckConstraint("(state = 'armed') = (next_due_at IS NOT NULL)", name="ladder_due_while_armed"),
        postgresql_with=BUSY,
    )
    op.create_index("ladder_due", "ladder", ["next_due_at"], postgresql_where=ARMED)
    op.create_index(
        "ladder_one_armed", "ladder", ["kind", "subject_id", "firm_id"], unique=True, postgresql_where=ARMED
    )
    op.create_index("ladder_page", "ladder", ["subject_id", "id"])
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("ladder_id", sa.Uuid, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("ladder_id", "step", name="reminder_step"),
        sa.ForeignKeyConstraint(["ladder_id"], ["ladder.id"], name="reminder_ladder"),
        postgresql_with=BUSY,
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
