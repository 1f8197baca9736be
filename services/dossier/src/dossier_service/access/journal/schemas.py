"""What the journal shows."""

from datetime import datetime
from uuid import UUID

from dossier_service.access.journal.tables import JournalEntry
from dossier_service.edge.fields import Output


class EntryOut(Output):
    """One thing that happened: when, who, what, to what, by which rule, caused by which request."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    rule: str
    reason: str | None
    details: dict[str, str]
    correlation_id: str

    @classmethod
    def of(cls, entry: JournalEntry) -> "EntryOut":
        return cls(
            id=entry.id,
            at=entry.at,
            actor_kind=entry.actor_kind,
            actor_id=entry.actor_id,
            action=entry.action,
            subject_kind=entry.subject_kind,
            subject_id=entry.subject_id,
            rule=entry.rule,
            reason=entry.reason,
            details=entry.details,
            correlation_id=entry.correlation_id,
        )
