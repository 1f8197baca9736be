"""Personal records of the people of a dossier, and the history of clients' records."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _personal_records()
    _client_versions()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _personal_records() -> None:
    op.create_table(
        "person_record",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("birth_place", "nationality", "mobile")),
        sa.Column("profession", sa.String(), nullable=True),
        sa.Column("postal_address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("person_record_person_id_fkey")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("person_record_dossier_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("person_record_pkey")),
    )
    op.create_index("person_record_of_dossier", "person_record", ["dossier_id"], unique=False)


def _client_versions() -> None:
    op.create_table(
        "client_version",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("client_version_client_id_fkey")),
        sa.PrimaryKeyConstraint("client_id", "version", name=op.f("client_version_pkey")),
    )
    # Clients that are there already begin their history as they are now.
    op.execute("""
        INSERT INTO client_version (client_id, version, at, change, content)
        SELECT c.id, c.version, c.changed_at, 'added',
               to_jsonb(c) - '{id,firm_id,kind,created_by,created_at,changed_at,version,code_skeleton}'::text[]
        FROM client c
    """)
