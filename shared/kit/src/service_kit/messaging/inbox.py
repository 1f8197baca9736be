"""The inbox: each event is handled once per handler. The row is inserted in the handler's own transaction."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service_kit.messaging.delivery import Key

# Inserted in key order, so that two batches with the same events wait for each other instead of deadlocking.
_CLAIM = text("""
    INSERT INTO inbox (event_id, handler, source)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:handlers AS text[]), CAST(:sources AS text[]))
        AS key (id, handler, source)
    ORDER BY id, handler, source
    ON CONFLICT DO NOTHING RETURNING event_id, handler, source
""")
_REJECT = text("""
    UPDATE inbox SET rejection = :reason WHERE event_id = :id AND handler = :handler AND source = :source
""")
_REJECTION = text("SELECT rejection FROM inbox WHERE event_id = :id AND handler = :handler AND source = :source")
# The same worker starting again is no crash: only a start by another one after a start that never ended is.
_MARK = text("""
    INSERT INTO running (event_id, handler, source, worker) VALUES (:id, :handler, :source, :worker)
    ON CONFLICT (event_id, handler, source) DO UPDATE
    SET starts = running.starts + (running.worker <> excluded.worker)::int, worker = excluded.worker, started_at = now()
    RETURNING starts
""")
_UNMARK = text("DELETE FROM running WHERE event_id = :id AND handler = :handler AND source = :source")


def _named(key: Key) -> dict[str, UUID | str]:
    return {"id": key[0], "handler": key[1], "source": key[2]}


async def claim(session: AsyncSession, keys: Sequence[Key]) -> set[Key]:
    """Inserts the keys in one statement; returns those that were new."""
    ids, handlers, sources = (list(column) for column in zip(*keys, strict=True))
    rows = await session.execute(_CLAIM, {"ids": ids, "handlers": handlers, "sources": sources})
    return {(row.event_id, row.handler, row.source) for row in rows}


async def record_rejections(session: AsyncSession, rejections: Iterable[tuple[Key, str]]) -> None:
    """Keeps why, so that a crash before the dead letter was published does not lose it."""
    for key, reason in rejections:
        await session.execute(_REJECT, {**_named(key), "reason": reason})


async def rejection_of(connection: AsyncConnection, key: Key) -> str | None:
    """Why this event was rejected before, if it was."""
    reason: str | None = (await connection.execute(_REJECTION, _named(key))).scalar_one_or_none()
    return reason


async def mark_running(connection: AsyncConnection, key: Key, worker: UUID) -> int:
    """Notes that `worker` starts on this event alone; returns how many workers have, this one included."""
    starts: int = (await connection.execute(_MARK, {**_named(key), "worker": worker})).scalar_one()
    return starts


async def unmark_running(connection: AsyncConnection | AsyncSession, key: Key) -> None:
    """The start ended, well or not: it was no crash."""
    await connection.execute(_UNMARK, _named(key))
