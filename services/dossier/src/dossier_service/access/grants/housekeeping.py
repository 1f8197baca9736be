"""Ends offers that nobody answered (A10) and forgets what the hourly limit no longer counts; any replica may."""

import asyncio
from datetime import timedelta

from service_kit.db import Database
from service_kit.logging import get_logger
from service_kit.waiting import wait_or_stop

from dossier_service.access.grants import repository
from dossier_service.access.grants.ending import lapse_offers

EVERY_SECONDS = 600.0
AT_ONCE = 100

log = get_logger(__name__)


async def keep_house(database: Database, stop: asyncio.Event) -> None:
    """Runs at start and every ten minutes; trouble is logged and tried again."""
    while not stop.is_set():
        try:
            while not stop.is_set() and await lapse_some(database) == AT_ONCE:
                pass
        except Exception as error:
            log.warning("offers not looked after", action="housekeeping_failed", error=type(error).__name__)
        await wait_or_stop(stop, EVERY_SECONDS)


async def lapse_some(database: Database) -> int:
    """One transaction's worth of lapsing offers; tells how many there were."""
    async with database.transaction() as uow:
        await repository.forget_resends(uow, await uow.now() - timedelta(hours=1))
        return await lapse_offers(uow, AT_ONCE)
