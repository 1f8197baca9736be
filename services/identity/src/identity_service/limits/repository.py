"""Every query on rate counters; counting is one statement, whatever was there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.limits.tables import RateCounter

_CORE: Mapping[str, Any] = {"synchronize_session": False}


async def count(session: AsyncSession, what: str, key: bytes, start: datetime) -> int:
    """One more hit in the window that began at `start`; how many there are now. An older window's hits are gone."""
    same_window = col(RateCounter.window_start) == start
    statement = (
        insert(RateCounter)
        .values(what=what, key=key, window_start=start, hits=1)
        .on_conflict_do_update(
            index_elements=["what", "key"],
            set_={"window_start": start, "hits": case((same_window, col(RateCounter.hits) + 1), else_=1)},
        )
        .returning(col(RateCounter.hits))
    )
    return (await session.execute(statement, execution_options=_CORE)).scalar_one()


async def hits(session: AsyncSession, what: str, key: bytes, start: datetime) -> int:
    """How many hits the window has so far."""
    statement = select(col(RateCounter.hits)).where(
        col(RateCounter.what) == what, col(RateCounter.key) == key, col(RateCounter.window_start) == start
    )
    return (await session.scalars(statement)).one_or_none() or 0


async def clear(session: AsyncSession, whats: Sequence[str], keys: Sequence[bytes]) -> None:
    """Forgets these counters."""
    statement = delete(RateCounter).where(col(RateCounter.what).in_(whats), col(RateCounter.key).in_(keys))
    await session.execute(statement, execution_options=_CORE)


async def forget_old(session: AsyncSession, before: datetime) -> None:
    """Deletes counters of windows long over."""
    statement = delete(RateCounter).where(col(RateCounter.window_start) < before)
    await session.execute(statement, execution_options=_CORE)
