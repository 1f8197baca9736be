"""The caretaker: rescues attempts whose worker went away, suppresses what was closed, marks what is held, measures."""

import asyncio
from contextlib import AsyncExitStack

from service_kit.db import Database
from service_kit.logging import get_logger
from service_kit.waiting import first_of

from notifier_service.deliveries.repository import queue_summary
from notifier_service.deliveries.service import Ledger
from notifier_service.holds.repository import MARKED_AT_ONCE
from notifier_service.lanes.metrics import DeliveryMetrics
from notifier_service.messages.domain import CLOSED_WAKEUP

SECONDS = 1.0
SUMMARY_EVERY = 5

log = get_logger(__name__)


class Caretaker:
    """Any number may run: each takes only rows that nobody holds."""

    def __init__(self, database: Database, ledger: Ledger, metrics: DeliveryMetrics) -> None:
        self._database = database
        self._ledger = ledger
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        rounds = 0
        async with AsyncExitStack() as stack:
            waiter = await stack.enter_async_context(self._database.wakeups.listening(CLOSED_WAKEUP))
            while not stop.is_set():
                try:
                    await self.round(summary=rounds % SUMMARY_EVERY == 0)
                except Exception as error:
                    log.warning("caretaker waits", action="caretaker_trouble", error=type(error).__name__)
                rounds += 1
                await first_of(stop, waiter.wait(SECONDS))

    async def round(self, *, summary: bool = True) -> None:
        """One look at everything."""
        if await self._ledger.rescue():
            log.warning("attempts rescued", action="attempts_rescued")
        await self._ledger.sweep()
        while await self._ledger.tell_held() == MARKED_AT_ONCE:
            pass
        if summary:
            async with self._database.transaction() as uow:
                self._metrics.queue(await queue_summary(uow))
