"""Plans: versions, publications to people, and the changes that clients submit."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_VERSION = (["plan_id", "version"], ["plan_version.plan_id", "plan_version.version"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _plans()
    _publications()
    _changes()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _plans() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("plan_dossier_id_fkey")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("plan_branch_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_pkey")),
    )
    op.create_index("plan_of_dossier", "plan", ["dossier_id", "id"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("plan_version_plan_id_fkey")),
        sa.ForeignKeyConstraint(["written_by"], ["membership.id"], name=op.f("plan_version_written_by_fkey")),
        sa.PrimaryKeyConstraint("plan_id", "version", name=op.f("plan_version_pkey")),
    )


def _publications() -> None:
    op.create_table(
        "plan_publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(*_VERSION, name=op.f("plan_publication_plan_id_version_fkey")),
        sa.ForeignKeyConstraint(["published_by"], ["membership.id"], name=op.f("plan_publication_published_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_publication_pkey")),
    )
    op.create_index("plan_publication_of_plan", "plan_publication", ["plan_id", "id"], unique=False)
    op.create_table(
        "plan_recipient",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["plan_publication.id"], name=op.f("plan_recipient_publication_id_fkey")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("plan_recipient_person_id_fkey")),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name=op.f("plan_recipient_grant_id_fkey")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("plan_recipient_plan_id_fkey")),
        sa.PrimaryKeyConstraint("publication_id", "person_id", name=op.f("plan_recipient_pkey")),
    )
    op.create_index("plan_recipient_reads", "plan_recipient", ["person_id", "plan_id", "version"], unique=False)


def _changes() -> None:
    op.create_table(
        "plan_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("patch", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id", "base_version"], _VERSION[1], name=op.f("plan_change_plan_id_base_version_fkey")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name=op.f("plan_change_grant_id_fkey")),
        sa.ForeignKeyConstraint(["settled_by"], ["membership.id"], name=op.f("plan_change_settled_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_change_pkey")),
    )
    op.create_index("plan_change_of_plan", "plan_change", ["plan_id", "id"], unique=False)
