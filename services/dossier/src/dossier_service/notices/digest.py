"""The managers' daily summaries (M8): each news is in exactly one mail, however many workers run."""

import asyncio
from zoneinfo import ZoneInfo

from event_contracts.firms import NoticeAudience, NoticeLine
from service_kit.db import Database, UnitOfWork
from service_kit.logging import get_logger
from service_kit.waiting import wait_or_stop

from dossier_service.notices import repository
from dossier_service.notices.domain import last_summary
from dossier_service.notices.events import notice_issued

EVERY_SECONDS = 60.0

log = get_logger(__name__)


async def write_summaries(database: Database, hour: int, zone: ZoneInfo, stop: asyncio.Event) -> None:
    """Runs until stopped; trouble is logged and tried again a minute later."""
    while not stop.is_set():
        try:
            while not stop.is_set() and await write_one(database, hour, zone):
                pass
        except Exception as error:
            log.warning("summaries not written", action="digest_failed", error=type(error).__name__)
        await wait_or_stop(stop, EVERY_SECONDS)


async def write_one(database: Database, hour: int, zone: ZoneInfo) -> bool:
    """One manager's summary in one transaction; tells whether there was a manager to write to."""
    async with database.transaction() as uow:
        return await _summary(uow, hour, zone)


async def _summary(uow: UnitOfWork, hour: int, zone: ZoneInfo) -> bool:
    until = last_summary(await uow.now(), hour, zone)
    manager = await repository.next_manager(uow, until)
    if manager is None:
        return False
    # Another worker may have taken the news between our looking and our locking: then there is nothing to tell.
    lines = [NoticeLine.model_validate(line) for line in await repository.take(uow, manager, until)]
    if lines:
        uow.outbox.add(notice_issued(NoticeAudience.MANAGER, manager.account_id, manager.firm, lines))
    return True
