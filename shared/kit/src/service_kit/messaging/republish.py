"""Sending events again that were sent: for a consumer that lost them. Consumers' inboxes make a repetition harmless."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from service_kit.db import Database

_REPUBLISH = text("""
    UPDATE outbox SET sent_at = NULL, next_attempt_at = now(), attempts = 0
    WHERE sent_at IS NOT NULL
      AND (CAST(:id AS uuid) IS NULL OR id = :id)
      AND (CAST(:type AS text) IS NULL OR type = :type)
      AND (CAST(:since AS timestamptz) IS NULL OR time >= :since)
      AND (CAST(:until AS timestamptz) IS NULL OR time < :until)
    RETURNING id
""")


async def republish(
    database: Database,
    *,
    event_id: UUID | None = None,
    event_type: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Marks matching sent events as unsent and wakes the relay; returns how many. At least one filter is needed.

    Raises ValueError without any. Sent events are kept for a while only (see docs/operations.md).
    """
    filters = {"id": event_id, "type": event_type, "since": since, "until": until}
    if all(value is None for value in filters.values()):
        raise ValueError("name an id, a type or a time range")
    async with database.transaction() as uow:
        rows = (await uow.session.execute(_REPUBLISH, filters)).all()
        uow.wake("outbox")
    return len(rows)
