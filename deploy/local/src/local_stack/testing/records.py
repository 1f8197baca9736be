"""What the databases of a stack hold, read as their owners: events said, work not done, digests of whole tables."""

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from local_stack.environment import SERVICES
from local_stack.stack import LocalStack


class Records:
    """Reads only. Every query has a connection of its own, so that stopping PostgreSQL in between does no harm."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack

    async def rows(self, service: str, query: str, *values: object) -> list[Mapping[str, Any]]:
        return await _fetch(self._stack.owner_url(service), query, *values)

    async def value(self, service: str, query: str, *values: object) -> Any:
        """The first value of the first row."""
        rows = await self.rows(service, query, *values)
        return next(iter(rows[0].values())) if rows else None

    async def events(self, event_type: str, **fields: str) -> list[dict[str, Any]]:
        """The data of what was said under this type, oldest first; only where the given fields have these values."""
        service = event_type.partition(".")[0]
        rows = await self.rows(service, "SELECT data FROM outbox WHERE type = $1 ORDER BY sequence", event_type)
        said = [json.loads(row["data"]) for row in rows]
        return [data for data in said if fields.items() <= data.items()]

    async def unsent(self) -> dict[str, int]:
        """Events that wait in an outbox, by service; empty when none does."""
        query = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
        counts = {service: await self.value(service, query) for service in SERVICES}
        return {service: count for service, count in counts.items() if count}

    async def unfinished_messages(self) -> int:
        """Mails and text messages that are in no final state."""
        query = "SELECT count(*) FROM message WHERE state NOT IN ('sent', 'failed', 'suppressed')"
        return int(await self.value("notifier", query))

    async def idle_in_transaction(self) -> int:
        """Connections of the server that hold a transaction open and do nothing; only a superuser sees them all."""
        query = """SELECT pid FROM pg_stat_activity
                   WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '2 seconds'"""
        return len(await _fetch(self._stack.postgres.url, query))

    async def contents(self, service: str) -> dict[str, str]:
        """All rows of every table as text, by table."""
        found = {}
        for name in await self._tables(service):
            rows = await self.rows(service, f'SELECT t::text AS row FROM "{name}" t')  # noqa: S608
            found[name] = "\n".join(str(row["row"]) for row in rows)
        return found

    async def digest(self, service: str) -> dict[str, str]:
        """A checksum of every table: two equal digests are two equal databases."""
        return {
            name: await self.value(
                service,
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{name}\" t",  # noqa: S608
            )
            for name in await self._tables(service)
        }

    async def _tables(self, service: str) -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        return [str(row["tablename"]) for row in await self.rows(service, query)]


async def _fetch(url: str, query: str, *values: object) -> list[Mapping[str, Any]]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return [dict(row) for row in await connection.fetch(query, *values)]
    finally:
        await connection.close()
