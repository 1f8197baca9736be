"""Forgets ended sessions whose tokens have all expired, so that the table every request asks stays small."""

import asyncio

from service_kit.db import Database
from service_kit.logging import get_logger
from service_kit.waiting import wait_or_stop

from dossier_service.access.projections import repository

EVERY_SECONDS = 600.0

log = get_logger(__name__)


async def forget_sessions(database: Database, stop: asyncio.Event) -> None:
    """Runs at start and every ten minutes; trouble is logged and tried again, any number of replicas do no harm."""
    while not stop.is_set():
        try:
            async with database.transaction() as uow:
                await repository.forget_expired_sessions(uow)
        except Exception as error:
            log.warning("sessions not forgotten", action="housekeeping_failed", error=type(error).__name__)
        await wait_or_stop(stop, EVERY_SECONDS)
