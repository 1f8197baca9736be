"""The relay: sends outbox rows with confirms and marks them. Every committed event is sent at least once, for as long
as it takes; one that cannot be sent waits by itself and holds up no other."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit.db import Database
from service_kit.logging import get_logger
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.topology import EVENTS
from service_kit.waiting import first_of

WINDOW = 200
POLL_SECONDS = 1.0
MAX_BACKOFF = timedelta(minutes=5)

_CLAIM = text(f"""
    SELECT id, type, subject, sequence, time, correlation_id, causation_id, traceparent, data, attempts
    FROM outbox WHERE sent_at IS NULL AND next_attempt_at <= now()
    ORDER BY next_attempt_at, id LIMIT {WINDOW} FOR UPDATE SKIP LOCKED
""")  # noqa: S608  # a constant of this module
_MARK_SENT = text("UPDATE outbox SET sent_at = now(), last_error = NULL WHERE id = ANY(CAST(:ids AS uuid[]))")
_MARK_FAILED = text("""
    UPDATE outbox SET attempts = attempts + 1, last_error = failed.reason, next_attempt_at = now() + failed.delay
    FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[]), CAST(:delays AS interval[]))
        AS failed (id, reason, delay)
    WHERE outbox.id = failed.id
""")

log = get_logger(__name__)


class Relay:
    """Any number of relays share an outbox: rows are claimed under locks that others skip."""

    def __init__(self, database: Database, publisher: Publisher, metrics: MessagingMetrics) -> None:
        self._database = database
        self._publisher = publisher
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Relays until `stop`; then sends once more, so that a last commit does not wait for a restart."""
        async with self._database.wakeups.listening("outbox") as waiter:
            while not stop.is_set():
                if await self._pass() < WINDOW:
                    await first_of(stop, waiter.wait(POLL_SECONDS))
            await self._pass()
        await self._publisher.close()

    async def _pass(self) -> int:
        """One window; 0 after trouble, so that the loop waits a moment."""
        try:
            return await self.relay_once()
        except Exception as error:
            self._metrics.trouble.labels("relay").inc()
            log.warning("relay pauses", action="relay_trouble", error=type(error).__name__)
            return 0

    async def relay_once(self) -> int:
        """Claims one window, publishes it, marks each row; returns how many rows were claimed."""
        await self._publisher.channel()
        async with self._database.engine.begin() as connection:
            rows = (await connection.execute(_CLAIM)).all()
            if rows:
                await self._publish(connection, rows)
        return len(rows)

    async def _publish(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> None:
        results = await asyncio.gather(*(self._send(row) for row in rows), return_exceptions=True)
        sent: list[UUID] = []
        failed: list[tuple[Row[Any], BaseException]] = []
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, BaseException):
                failed.append((row, result))
            else:
                sent.append(row.id)
        if sent:
            await connection.execute(_MARK_SENT, {"ids": sent})
            self._metrics.relayed.inc(len(sent))
        if failed:
            await self._postpone(connection, failed)

    async def _send(self, row: Row[Any]) -> None:
        await self._publisher.publish(EVENTS, row.type, cloud_event(self._database.source, row), type=row.type)

    async def _postpone(self, connection: AsyncConnection, failed: list[tuple[Row[Any], BaseException]]) -> None:
        self._metrics.relay_failures.inc(len(failed))
        for row, error in failed:
            log.warning(
                "event not sent", action="relay_failed", event_id=str(row.id), type=row.type, error=type(error).__name__
            )
        parameters = {
            "ids": [row.id for row, _ in failed],
            "reasons": [type(error).__name__ for _, error in failed],
            "delays": [backoff(row.attempts) for row, _ in failed],
        }
        await connection.execute(_MARK_FAILED, parameters)


def backoff(attempts: int) -> timedelta:
    """How long a row waits after its n-th failure: 1 s doubling to five minutes."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), MAX_BACKOFF)


def cloud_event(source: str, row: Row[Any]) -> bytes:
    """The structured-mode body of an outbox row; `data` was serialized when the event was written."""
    attributes = {
        "specversion": "1.0",
        "id": str(row.id),
        "source": source,
        "type": row.type,
        "subject": row.subject,
        "sequence": f"{row.sequence:020d}",
        "time": row.time,
        "datacontenttype": "application/json",
        "correlationid": row.correlation_id,
        "causationid": row.causation_id,
        "traceparent": row.traceparent,
    }
    head = to_json({name: value for name, value in attributes.items() if value is not None})
    data: str = row.data
    return head[:-1] + b',"data":' + data.encode() + b"}"
