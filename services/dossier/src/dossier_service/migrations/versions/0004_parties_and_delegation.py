"""Advisers, contacts and branches; grants given by holders and limited grants; modules and closing of dossiers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ALL_MODULES = "{asset_inventory,gift_inventory,financial_profile,simulations,reports,plans,billing_account}"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _branches()
    _contacts()
    _people()
    _grants()
    _dossiers()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _branches() -> None:
    op.create_table(
        "branch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("branch_firm_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("branch_pkey")),
        sa.UniqueConstraint("firm_id", "name", name="branch_firm_id_name_key"),
    )


def _contacts() -> None:
    texts = ("title", "department", "type", "email", "phone", "mobile", "fax", "location")
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in texts),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("contact_firm_id_fkey")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("contact_client_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_pkey")),
    )
    op.create_index("contact_of_client", "contact", ["client_id", "id"], unique=False)


def _people() -> None:
    op.add_column("person", sa.Column("adviser_kind", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("organisation", sa.String(), nullable=True))
    op.add_column("person", sa.Column("contact_id", sa.Uuid(), nullable=True))
    op.add_column("person", sa.Column("entered_by", sa.Text(), nullable=False, server_default="staff"))
    op.alter_column("person", "entered_by", server_default=None)
    op.add_column("person", sa.Column("deceased_on", sa.Date(), nullable=True))
    op.create_foreign_key(op.f("person_contact_id_fkey"), "person", "contact", ["contact_id"], ["id"])
    op.create_index(
        "person_one_per_contact",
        "person",
        ["dossier_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_check_constraint(
        op.f("person_adviser_has_kind_check"), "person", "(role = 'adviser') = (adviser_kind IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("person_client_is_contact_check"), "person", "(role = 'client') = (contact_id IS NOT NULL)"
    )


def _grants() -> None:
    op.alter_column("access_grant", "given_by", nullable=True)
    op.add_column("access_grant", sa.Column("given_by_person", sa.Uuid(), nullable=True))
    op.add_column("access_grant", sa.Column("user_name", sa.String(), nullable=True))
    op.add_column(
        "access_grant", sa.Column("networks", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
    )
    op.alter_column("access_grant", "networks", server_default=None)
    op.add_column("access_grant", sa.Column("branch_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("access_grant_given_by_person_fkey"), "access_grant", "person", ["given_by_person"], ["id"]
    )
    op.create_foreign_key(op.f("access_grant_branch_id_fkey"), "access_grant", "branch", ["branch_id"], ["id"])
    op.create_check_constraint(
        op.f("access_grant_one_giver_check"), "access_grant", "num_nonnulls(given_by, given_by_person) = 1"
    )
    op.create_index("access_grant_by_giving_person", "access_grant", ["given_by_person", "offered_at"], unique=False)


def _dossiers() -> None:
    op.add_column(
        "dossier", sa.Column("modules", postgresql.ARRAY(sa.Text()), nullable=False, server_default=_ALL_MODULES)
    )
    op.alter_column("dossier", "modules", server_default=None)
    op.add_column("dossier", sa.Column("closed_access", sa.Text(), nullable=True))
    op.add_column("dossier", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("dossier", "version", server_default=None)
