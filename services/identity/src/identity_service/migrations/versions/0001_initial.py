"""Accounts, invitations, sign-in, keys, clients; the kit's tables."""

import sqlalchemy as sa
from alembic import op
from service_kit.db.kit_schema import create_kit_tables_v1
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_kit_tables_v1()
    _account()
    _taken_name()
    _invitation()
    _offer()
    _invitation_token()
    _sign_in_guard()
    _sign_in_challenge()
    _session()
    _refresh_token()
    _signing_key()
    _api_client()


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("activated_at", MOMENT),
        sa.CheckConstraint(
            "state = 'pending' OR (password_hash IS NOT NULL AND activated_at IS NOT NULL)",
            name="account_active_has_password",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email", name="account_email_key"),
        sa.UniqueConstraint("user_name", name="account_user_name_key"),
    )


def _taken_name() -> None:
    op.create_table(
        "taken_name",
        sa.Column("skeleton", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("reserved_by", sa.Text),
        sa.Column("reserved_for", sa.Text),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.CheckConstraint("(reserved_by IS NULL) = (reserved_for IS NULL)", name="taken_name_reservation_is_whole"),
        sa.PrimaryKeyConstraint("skeleton"),
    )
    op.create_index(
        "taken_name_reservation",
        "taken_name",
        ["reserved_for", "reserved_by"],
        unique=True,
        postgresql_where=sa.text("reserved_by IS NOT NULL"),
    )


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("firm_id", sa.Uuid, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("offsets", JSONB, nullable=False),
        sa.Column("ladder_started_at", MOMENT, nullable=False),
        sa.Column("ladder_ended", sa.Boolean, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="invitation_account_fkey"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "firm_id", "epoch", name="invitation_epoch_key"),
    )
    op.create_index(
        "invitation_one_live",
        "invitation",
        ["account_id", "firm_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )


def _offer() -> None:
    op.create_table(
        "offer",
        sa.Column("offer_id", sa.Uuid, nullable=False),
        sa.Column("firm_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("kind", sa.Text),
        sa.Column("dossier_id", sa.Uuid),
        sa.Column("dossier_name", sa.Text),
        sa.Column("right", sa.Text),
        sa.Column("staff_role", sa.Text),
        sa.Column("firm_name", sa.Text),
        sa.Column("firm_language", sa.Text),
        sa.Column("given_name", sa.Text),
        sa.Column("family_name", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("granted_by", sa.Text),
        sa.Column("offered_at", MOMENT),
        sa.CheckConstraint(
            "account_id IS NULL OR (kind IS NOT NULL AND firm_name IS NOT NULL AND firm_language IS NOT NULL AND "
            "given_name IS NOT NULL AND family_name IS NOT NULL AND language IS NOT NULL AND granted_by IS NOT NULL "
            "AND offered_at IS NOT NULL)",
            name="offer_known_is_whole",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="offer_account_fkey"),
        sa.PrimaryKeyConstraint("offer_id"),
    )
    op.create_index("offer_of_account", "offer", ["account_id", "firm_id"])


def _invitation_token() -> None:
    op.create_table(
        "invitation_token",
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("invitation_id", sa.Uuid, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("renewal", sa.Boolean, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name="invitation_token_invitation_fkey"),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.UniqueConstraint("cause", name="invitation_token_cause_key"),
    )
    op.create_index("invitation_token_of_invitation", "invitation_token", ["invitation_id"])


def _sign_in_guard() -> None:
    op.create_table(
        "sign_in_guard",
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_at", MOMENT),
        sa.Column("blocked_until", MOMENT),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("sign_in_guard_age", "sign_in_guard", ["last_at"])


def _sign_in_challenge() -> None:
    op.create_table(
        "sign_in_challenge",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("guard_key", sa.LargeBinary, nullable=False),
        sa.Column("encrypted_code", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("passed_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="sign_in_challenge_account_fkey"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_challenge_expiry", "sign_in_challenge", ["expires_at"])


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("end_reason", sa.Text),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="session_account_fkey"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cookie_hash", name="session_cookie_key"),
    )
    op.create_index("session_of_account", "session", ["account_id"])


def _refresh_token() -> None:
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="refresh_token_session_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("refresh_token_of_session", "refresh_token", ["session_id"])


def _signing_key() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("public_x", sa.Text, nullable=False),
        sa.Column("private_box", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.CheckConstraint(
            "(state = 'retired') = (private_box IS NULL) AND (state = 'retired') = (retired_at IS NOT NULL)",
            name="signing_key_retired_has_no_private_part",
        ),
        sa.PrimaryKeyConstraint("kid"),
    )
    op.create_index(
        "signing_key_one_of_each",
        "signing_key",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state IN ('current', 'next')"),
    )


def _api_client() -> None:
    op.create_table(
        "api_client",
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.PrimaryKeyConstraint("client_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
