"""What the owner of an account may do, and what slows down whoever is not the owner."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _account()
    _challenge_and_session()
    _rate_counter()
    _contact_change()
    _reset()
    _recovery_code()


# Defaults stay: processes of the release before go on inserting rows while this one rolls out.
def _account() -> None:
    op.add_column("account", sa.Column("phone_verified_at", MOMENT))
    op.add_column("account", sa.Column("erased_at", MOMENT))
    op.add_column("account", sa.Column("credentials_version", sa.Integer, nullable=False, server_default="0"))
    op.drop_constraint("account_active_has_password", "account")
    op.create_check_constraint(
        "account_active_has_password",
        "account",
        "state <> 'active' OR (password_hash IS NOT NULL AND activated_at IS NOT NULL)",
    )
    op.create_check_constraint(
        "account_erased_is_empty",
        "account",
        "(state = 'erased') = (erased_at IS NOT NULL) AND "
        "(state <> 'erased' OR (password_hash IS NULL AND phone IS NULL))",
    )


def _challenge_and_session() -> None:
    op.add_column("sign_in_challenge", sa.Column("credentials_version", sa.Integer, nullable=False, server_default="0"))
    op.create_index(
        "sign_in_challenge_of_account",
        "sign_in_challenge",
        ["account_id"],
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    for name in ("user_agent", "address"):
        op.add_column("session", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("session", sa.Column("last_seen_at", MOMENT, nullable=False, server_default=sa.func.now()))
    op.execute("UPDATE session SET last_seen_at = created_at")


def _rate_counter() -> None:
    op.create_table(
        "rate_counter",
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("hits", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("what", "key"),
    )
    op.create_index("rate_counter_age", "rate_counter", ["window_start"])


def _contact_change() -> None:
    op.create_table(
        "contact_change",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("encrypted_code", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="contact_change_account_fkey"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contact_change_of_account", "contact_change", ["account_id"])
    op.create_index("contact_change_expiry", "contact_change", ["expires_at"])


def _reset() -> None:
    op.create_table(
        "reset_request",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("reset_request_age", "reset_request", ["asked_at"])
    op.create_table(
        "password_reset",
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("credentials_version", sa.Integer, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="password_reset_account_fkey"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("password_reset_of_account", "password_reset", ["account_id"])
    op.create_index("password_reset_expiry", "password_reset", ["expires_at"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="recovery_code_account_fkey"),
        sa.PrimaryKeyConstraint("account_id", "code_hash"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")
