"""Who entered the people that are there: by the journal, for a holder lets in whom staff or a holder entered (A2)."""

from collections.abc import Sequence

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Until now everybody counts as entered by staff; of outside parties only holders and family could write the tree.
    op.execute("""
        UPDATE person SET entered_by = entry.entered_by
        FROM (
            SELECT j.subject_id,
                   CASE WHEN bool_or(p.role IN ('holder', 'co_holder')) THEN 'holder' ELSE 'family' END AS entered_by
            FROM journal j
            JOIN access_grant g ON g.account_id = j.actor_id AND g.dossier_id = j.dossier_id
            JOIN person p ON p.id = g.person_id
            WHERE j.action = 'person_added' AND j.actor_kind = 'account' AND NOT EXISTS (
                SELECT FROM membership m WHERE m.account_id = j.actor_id AND m.firm_id = j.firm_id)
            GROUP BY j.subject_id
        ) entry
        WHERE person.id = entry.subject_id
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: a newer one undoes an older one")
