"""Records of every kind and their versions; the assets that are there become records, with the version they have."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _records()
    _versions()
    _move_assets()
    _note_families()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _records() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("unique_key", sa.String(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("record_branch_id_fkey")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("record_dossier_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("record_pkey")),
    )
    op.create_index("record_of_dossier", "record", ["dossier_id", "kind", "id"], unique=False)
    op.create_index("record_one_per_key", "record", ["dossier_id", "kind", "unique_key"], unique=True)


def _versions() -> None:
    op.create_table(
        "record_version",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("branch_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("record_version_dossier_id_fkey")),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("record_version_pkey")),
    )


def _move_assets() -> None:
    """An owner becomes the owner of the whole; who wrote what is not known."""
    op.execute("""
        INSERT INTO record (id, dossier_id, section, kind, content, version, created_at, changed_at)
        SELECT id, dossier_id, 'asset_inventory', 'asset',
               jsonb_build_object(
                   'kind', kind,
                   'description', description,
                   'value', jsonb_build_object('amount', amount::text, 'currency', currency),
                   'owners', CASE WHEN owner_id IS NULL THEN '[]'::jsonb
                       ELSE jsonb_build_array(jsonb_build_object('person_id', owner_id, 'share', '100')) END,
                   'date', NULL),
               version, created_at, changed_at
        FROM asset
    """)
    op.execute("""
        INSERT INTO record_version (record_id, version, dossier_id, kind, at, change, content)
        SELECT id, version, dossier_id, kind, changed_at,
               CASE WHEN version = 1 THEN 'added' ELSE 'written' END, content
        FROM record
    """)
    op.drop_table("asset")


def _note_families() -> None:
    op.execute("""
        INSERT INTO record_version (record_id, version, dossier_id, kind, at, change, content)
        SELECT dossier_id, version, dossier_id, 'family_structure', changed_at,
               CASE WHEN version = 1 THEN 'added' ELSE 'written' END,
               jsonb_build_object(
                   'marital_status', marital_status, 'matrimonial_regime', matrimonial_regime, 'note', note)
        FROM family_structure
    """)
