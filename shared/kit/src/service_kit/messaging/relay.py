"""The relay: sends outbox rows with confirms and marks them. Every committed event is sent at least once, for as long
as it takes; one that cannot be sent waits by itself and holds up no other."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from aio_pika.exceptions import AMQPChannelError, AMQPError, DeliveryError
from pydantic_core import to_json
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit.db import Database
from service_kit.logging import get_logger
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.topology import EVENTS
from service_kit.waiting import first_of, wait_or_stop

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

_Failure = tuple[Row[Any], Exception]

log = get_logger(__name__)


class Relay:
    """Any number of relays share an outbox: rows are claimed under locks that others skip."""

    def __init__(self, database: Database, publisher: Publisher, metrics: MessagingMetrics) -> None:
        self._database = database
        self._publisher = publisher
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Relays until `stop`; then sends once more, so that a last commit does not wait for a restart."""
        try:
            async with self._database.wakeups.listening("outbox") as waiter:
                while not stop.is_set():
                    claimed = await self._pass()
                    if claimed is None:
                        # Commits go on and wake us; whoever is away is not asked again for each of them.
                        await wait_or_stop(stop, POLL_SECONDS)
                    elif claimed < WINDOW:
                        await first_of(stop, waiter.wait(POLL_SECONDS))
                await self._pass()
        finally:
            await self._publisher.close()

    async def _pass(self) -> int | None:
        """One window; None after trouble."""
        try:
            return await self.relay_once()
        except Exception as error:
            self._metrics.trouble.labels("relay").inc()
            log.warning("relay pauses", action="relay_trouble", error=type(error).__name__)
            return None

    async def relay_once(self) -> int:
        """Claims one window, publishes it, marks each row; returns how many rows were claimed.

        Raises when the broker or the database went away: rows that were not confirmed stay due and count no attempt.
        """
        await self._publisher.channel()
        async with self._database.engine.begin() as connection:
            rows = (await connection.execute(_CLAIM)).all()
            sent, failed, trouble = await self._publish(rows)
            if sent:
                await connection.execute(_MARK_SENT, {"ids": sent})
                self._metrics.relayed.inc(len(sent))
            if failed:
                await self._postpone(connection, failed)
        if trouble is not None:
            raise trouble
        return len(rows)

    async def _publish(self, rows: Sequence[Row[Any]]) -> tuple[list[UUID], list[_Failure], Exception | None]:
        """What was confirmed, what the broker will not take, and what kept the rest from being tried."""
        results = await asyncio.gather(*(self._send(row) for row in rows), return_exceptions=True)
        sent: list[UUID] = []
        failed: list[_Failure] = []
        trouble: Exception | None = None
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, AMQPChannelError):
                # One row closed the channel under all of them; which one shows when each is sent alone.
                result = trouble or await self._alone(row)
            if result is None:
                sent.append(row.id)
            elif not isinstance(result, Exception):
                raise result
            elif _is_trouble(result):
                trouble = result
            else:
                failed.append((row, result))
        return sent, failed, trouble

    async def _alone(self, row: Row[Any]) -> Exception | None:
        try:
            await self._send(row)
        except Exception as error:
            return error
        return None

    async def _send(self, row: Row[Any]) -> None:
        await self._publisher.publish(EVENTS, row.type, cloud_event(self._database.source, row), type=row.type)

    async def _postpone(self, connection: AsyncConnection, failed: list[_Failure]) -> None:
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


def _is_trouble(error: Exception) -> bool:
    """Whether the broker is away; a refusal, a return and a closed channel are about the message."""
    return isinstance(error, AMQPError) and not isinstance(error, (DeliveryError, AMQPChannelError))


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
