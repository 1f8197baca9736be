"""What the journal shows."""

from datetime import datetime
from uuid import UUID

from dossier_service.access.journal.domain import Entry
from dossier_service.edge.fields import Output


class EntryOut(Output):
    """One thing that happened: when, who, what, to what, by which rule, caused by which request.

    To a holder without the request, and without what staff wrote in their own words unless it is about the holder.
    """

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
    correlation_id: str | None

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})
