"""Rows queued in a transaction and written together: handlers say one row at a time, the database hears one batch."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, event, inspect
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState

_Batch = tuple[Table, bool, tuple[str, ...]]


class QueuedInserts:
    """Queued rows are written before any later statement of the session, and at the latest at commit."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows: dict[_Batch, list[Mapping[str, Any]]] = {}
        event.listen(session.sync_session, "do_orm_execute", self._before_statement)

    def add(self, table: type, values: Mapping[str, Any], *, ignore_conflicts: bool) -> None:
        target = cast(Table, inspect(table).local_table)
        self._rows.setdefault((target, ignore_conflicts, tuple(values)), []).append(values)

    async def flush(self) -> None:
        if self._rows:
            await self._session.run_sync(lambda _: self._write())

    def _before_statement(self, state: ORMExecuteState) -> None:
        if self._rows:
            self._write()

    def _write(self) -> None:
        batches, self._rows = self._rows, {}
        connection = self._session.sync_session.connection()
        for (table, ignore_conflicts, _), rows in batches.items():
            key = [column.name for column in table.primary_key if column.name in rows[0]]
            ordered = sorted(rows, key=lambda row: [str(row[name]) for name in key])
            connection.execute(_statement(table, ignore_conflicts), ordered)


def _statement(table: Table, ignore_conflicts: bool) -> Insert:
    statement = insert(table)
    return statement.on_conflict_do_nothing() if ignore_conflicts else statement
