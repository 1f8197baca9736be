"""The ticker fires every due step once. Firing is the commit: steps, ladders and outbox rows are one transaction.

Any number of tickers share the work: ladders are claimed under row locks that others skip, and whoever is killed
in the middle has fired nothing. Time is the database's alone.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from service_kit.context import MessageContext, use_context
from service_kit.db import Database, UnitOfWork
from service_kit.db.trouble import is_collision, is_doubtful, is_trouble
from service_kit.logging import get_logger
from service_kit.waiting import first_of, wait_or_stop

from scheduler_service.ladders.domain import Advance, ReminderState, advance
from scheduler_service.ladders.service import WAKE_TICKER
from scheduler_service.ticker import repository
from scheduler_service.ticker.domain import Tick
from scheduler_service.ticker.events import events_of
from scheduler_service.ticker.repository import ArmedStep, Claimed

TROUBLE_PAUSE = timedelta(seconds=1)
# However often it is woken, it looks at most this often.
SHORTEST_ROUND = timedelta(milliseconds=20)

log = get_logger(__name__)


async def tick(uow: UnitOfWork, limit: int) -> Tick:
    """Advances the ladders that are due, at most `limit` of them. An idle tick is one statement."""
    now, next_due_at = await repository.peek(uow.session)
    if next_due_at is None or next_due_at > now:
        return Tick(now, next_due_at, advanced=0)
    claimed = await repository.claim(uow.session, now, limit)
    if claimed:
        armed = await repository.armed_steps(uow.session, [ladder.id for ladder in claimed])
        steps: dict[UUID, ReminderState] = {}
        ladders: dict[UUID, Advance] = {}
        for ladder in claimed:
            ladders[ladder.id] = advanced = advance([each.step for each in armed[ladder.id]], now, ladder.expiry_at)
            steps |= _states(advanced, armed[ladder.id])
            _announce(uow, ladder, advanced, armed[ladder.id])
        await repository.record(uow.session, now, steps, ladders)
    return Tick(now, next_due_at, advanced=len(claimed))


def _states(advanced: Advance, armed: list[ArmedStep]) -> dict[UUID, ReminderState]:
    states = dict.fromkeys(advanced.skipped, ReminderState.SKIPPED)
    if advanced.fired is not None:
        states[advanced.fired] = ReminderState.FIRED
    return {each.reminder_id: states[each.step] for each in armed if each.step in states}


def _announce(uow: UnitOfWork, ladder: Claimed, advanced: Advance, armed: list[ArmedStep]) -> None:
    # A reminder belongs to the request that made the invitation, weeks ago.
    with use_context(MessageContext.received(correlation_id=ladder.correlation_id)):
        for event in events_of(ladder.key, advanced, {each.step.number: each.reminder_id for each in armed}):
            uow.outbox.add(event)


class Ticker:
    """Ticks until it is stopped: at the next due step, when woken, and at the latest after `longest_sleep`."""

    def __init__(self, database: Database, *, longest_sleep: timedelta, batch: int) -> None:
        self._database = database
        self._longest_sleep = longest_sleep
        self._batch = batch

    async def run(self, stop: asyncio.Event) -> None:
        """The loop; trouble with the database is waited out, never raised."""
        async with self._database.wakeups.listening(WAKE_TICKER) as waiter:
            while not stop.is_set():
                pause = await self._tick()
                if pause:
                    await wait_or_stop(stop, SHORTEST_ROUND.total_seconds())
                    await first_of(stop, waiter.wait(pause.total_seconds()))

    async def tick_once(self) -> Tick:
        """One tick in its own transaction."""
        async with self._database.transaction() as uow:
            return await tick(uow, self._batch)

    async def _tick(self) -> timedelta:
        try:
            ticked = await self.tick_once()
        except Exception as error:
            if is_trouble(error) or is_collision(error) or is_doubtful(error):
                log.warning("ticker pauses", action="tick_trouble", error=type(error).__name__)
            else:
                log.error("tick failed", action="tick_failed", error=type(error).__name__, exc_info=error)
            return TROUBLE_PAUSE
        if ticked.advanced:
            log.info("ladders advanced", action="ladders_advanced", ladders=ticked.advanced)
        return ticked.pause(self._longest_sleep)
