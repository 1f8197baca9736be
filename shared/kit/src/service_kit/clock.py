"""Time: stored times come from the database's `app_now()`; a service's own clock follows it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, DateTime, func, select
from sqlalchemy.ext.asyncio import AsyncEngine


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def app_now() -> ColumnElement[datetime]:
    """SQL `app_now()`: the transaction's `now()` plus the offset that only a test database sets."""
    return func.app_now(type_=DateTime(timezone=True))


class DatabaseClock:
    """The host's clock corrected to `app_now()`; `refresh` measures the difference, callers choose how often."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def refresh(self) -> None:
        """Measures the difference to the database, half a round trip exact."""
        async with self._engine.connect() as connection:
            before = datetime.now(UTC)
            database_now = (await connection.execute(select(app_now()))).scalar_one()
            after = datetime.now(UTC)
        self._offset = database_now - (before + (after - before) / 2)
