"""The first tables: the kit's, then each area's."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from service_kit.db.kit_schema import create_kit_tables_v1, partition_by_uuid7
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None
LIVE = sa.text("state IN ('offered', 'active')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_kit_tables_v1()
    _firms()
    _clients()
    _dossiers()
    _people()
    _grants()
    _projections()
    _journal()
    _records()


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")


def _firms() -> None:
    op.create_table(
        "firm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("firm_pkey")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("membership_firm_id_fkey")),
        sa.ForeignKeyConstraint(["invited_by"], ["membership.id"], name=op.f("membership_invited_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("membership_pkey")),
    )
    op.create_index("membership_account", "membership", ["account_id", "firm_id"], unique=False)
    op.create_index(
        "membership_one_live_per_address",
        "membership",
        ["firm_id", "email"],
        unique=True,
        postgresql_where=LIVE,
    )


def _clients() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("company_name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["membership.id"], name=op.f("client_created_by_fkey")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("client_firm_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("client_pkey")),
    )
    op.create_index("client_of_firm", "client", ["firm_id", "id"], unique=False)


def _dossiers() -> None:
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("dossier_client_id_fkey")),
        sa.ForeignKeyConstraint(["created_by"], ["membership.id"], name=op.f("dossier_created_by_fkey")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("dossier_firm_id_fkey")),
        sa.ForeignKeyConstraint(["manager_id"], ["membership.id"], name=op.f("dossier_manager_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("dossier_pkey")),
    )
    op.create_index("dossier_of_client", "dossier", ["client_id"], unique=False)
    op.create_index("dossier_of_firm", "dossier", ["firm_id", "id"], unique=False)
    op.create_index("dossier_of_manager", "dossier", ["manager_id", "id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("team_member_dossier_id_fkey")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("team_member_membership_id_fkey")),
        sa.PrimaryKeyConstraint("dossier_id", "membership_id", name=op.f("team_member_pkey")),
    )
    op.create_index("team_member_membership", "team_member", ["membership_id", "dossier_id"], unique=False)


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=True),
        sa.Column("related_to", sa.Uuid(), nullable=True),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("person_dossier_id_fkey")),
        sa.ForeignKeyConstraint(["related_to"], ["person.id"], name=op.f("person_related_to_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pkey")),
    )
    op.create_index("person_of_dossier", "person", ["dossier_id", "id"], unique=False)
    op.create_index(
        "person_one_central_per_role",
        "person",
        ["dossier_id", "role"],
        unique=True,
        postgresql_where=sa.text("role IN ('holder', 'co_holder') AND removed_at IS NULL"),
    )


def _grants() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("new_address", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("access_grant_dossier_id_fkey")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("access_grant_firm_id_fkey")),
        sa.ForeignKeyConstraint(["given_by"], ["membership.id"], name=op.f("access_grant_given_by_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("access_grant_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("access_grant_pkey")),
    )
    op.create_index("access_grant_address_in_firm", "access_grant", ["firm_id", "email"], unique=False)
    op.create_index("access_grant_by_giver", "access_grant", ["given_by", "offered_at"], unique=False)
    op.create_index(
        "access_grant_live_of_account",
        "access_grant",
        ["account_id", "dossier_id"],
        unique=False,
        postgresql_where=LIVE,
    )
    op.create_index("access_grant_of_person", "access_grant", ["person_id", "offered_at"], unique=False)
    op.create_index(
        "access_grant_one_live_per_address",
        "access_grant",
        ["dossier_id", "email"],
        unique=True,
        postgresql_where=LIVE,
    )
    op.create_index(
        "access_grant_one_live_per_person",
        "access_grant",
        ["dossier_id", "person_id"],
        unique=True,
        postgresql_where=LIVE,
    )


def _projections() -> None:
    op.create_table(
        "known_account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("known_account_pkey")),
    )
    op.create_table(
        "known_invitation",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("known_invitation_pkey")),
    )
    op.create_table(
        "last_mail",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("last_mail_pkey")),
    )
    op.create_table(
        "next_reminder",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "firm_id", name=op.f("next_reminder_pkey")),
    )
    op.create_table(
        "ended_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("tokens_expire_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("ended_session_pkey")),
    )
    op.create_index("ended_session_expiry", "ended_session", ["tokens_expire_at"], unique=False)


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("journal_pkey")),
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("journal_of_dossier", "journal", ["dossier_id", "id"], unique=False)
    op.create_index("journal_of_firm", "journal", ["firm_id", "id"], unique=False)
    partition_by_uuid7("journal")


def _records() -> None:
    op.create_table(
        "family_structure",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("marital_status", sa.Text(), nullable=True),
        sa.Column("matrimonial_regime", sa.Text(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("family_structure_dossier_id_fkey")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("family_structure_pkey")),
    )
    op.create_table(
        "asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("asset_amount_not_negative_check")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("asset_dossier_id_fkey")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("asset_owner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("asset_pkey")),
    )
    op.create_index("asset_of_dossier", "asset", ["dossier_id", "id"], unique=False)
