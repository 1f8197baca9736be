"""The outbox: an event is a row of the caller's transaction. What commits is sent, what rolls back was never said."""

from uuid import UUID

from event_contracts import EventData, service_of, source_of
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.context import current_context
from service_kit.ids import new_id

# `sequence` is drawn while the transaction still holds its row locks, so it grows per subject (see docs/adr).
_INSERT = text("""
    INSERT INTO outbox (id, type, subject, correlation_id, causation_id, traceparent, data)
    SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:subjects AS text[]), CAST(:correlations AS text[]),
        CAST(:causations AS text[]), CAST(:traces AS text[]), CAST(:data AS text[]))
""")

_Row = tuple[UUID, str, str, str | None, str | None, str | None, str]


class Outbox:
    """Collects the events of one transaction and writes them in one statement."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._rows: list[_Row] = []
        self._said: list[EventData] = []

    @property
    def said(self) -> tuple[EventData, ...]:
        """Every event of this transaction so far, in order; for a dry run, which tells of them and says none."""
        return tuple(self._said)

    def add(self, data: EventData) -> UUID:
        """Queues an event and returns its id. Lock the row the event is about first.

        Raises ValueError for an event type of another service.
        """
        if source_of(service_of(data.event_type)) != self._source:
            raise ValueError(f"{self._source} may not publish {data.event_type}")
        self._said.append(data)
        context = current_context()
        event_id = new_id()
        self._rows.append(
            (
                event_id,
                data.event_type,
                data.subject,
                context.correlation_id,
                context.causation_id,
                context.traceparent,
                data.as_json(),
            )
        )
        return event_id

    async def flush(self, session: AsyncSession) -> bool:
        """Writes the queued events; tells whether there were any."""
        if not self._rows:
            return False
        rows, self._rows = self._rows, []
        ids, types, subjects, correlations, causations, traces, data = (
            list(column) for column in zip(*rows, strict=True)
        )
        await session.execute(
            _INSERT,
            {
                "ids": ids,
                "types": types,
                "subjects": subjects,
                "correlations": correlations,
                "causations": causations,
                "traces": traces,
                "data": data,
            },
        )
        return True
