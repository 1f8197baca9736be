"""Housekeeping of the kit's tables: partitions made ahead and dropped when old, stored answers purged."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from service_kit.db import Database
from service_kit.http import purge_idempotency_keys
from service_kit.logging import get_logger
from service_kit.waiting import wait_or_stop

EVERY_SECONDS = 3600.0
MONTHS_AHEAD = 3
# Sent events can be republished for two weeks; the inbox outlives every dead letter that may still be replayed.
KEEP = {"outbox": timedelta(days=14), "inbox": timedelta(days=90)}

log = get_logger(__name__)


async def maintain(database: Database, partitioned: Sequence[str], stop: asyncio.Event) -> None:
    """Runs at start and every hour. Repeating it, in any number of replicas, does no harm."""
    while not stop.is_set():
        try:
            await maintain_once(database, partitioned)
        except Exception as error:
            log.warning("maintenance failed", action="maintenance_failed", error=type(error).__name__)
        await wait_or_stop(stop, EVERY_SECONDS)


async def maintain_once(database: Database, partitioned: Sequence[str] = ()) -> None:
    """Makes the coming months' partitions (the service's own tables too), drops old ones, purges stored answers."""
    # Each in a transaction of its own: partitions change under a lock that all writers of the table wait for.
    for parent in (*KEEP, *partitioned):
        await _call(database, "SELECT ensure_partitions(:parent, :ahead)", parent=parent, ahead=MONTHS_AHEAD)
    for parent, keep in KEEP.items():
        await _call(database, "SELECT drop_partitions(:parent, :keep)", parent=parent, keep=keep)
    async with database.transaction() as uow:
        await purge_idempotency_keys(uow)


async def _call(database: Database, statement: str, **parameters: Any) -> None:
    async with database.transaction() as uow:
        await uow.session.execute(text(statement), parameters)
