"""A lane: one queue, one loop and its own couriers (M4). Takes only what an idle courier begins at once, so whatever is
`sending` is really being sent, and a crash leaves at most one uncertain mail per courier."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

from service_kit.context import use_context
from service_kit.db.wakeups import Waiter
from service_kit.logging import get_logger

from notifier_service.deliveries.domain import Job
from notifier_service.deliveries.events import context_of
from notifier_service.deliveries.service import Finished, Ledger
from notifier_service.lanes.breaker import Breaker
from notifier_service.lanes.clock import FollowingClock
from notifier_service.lanes.courier import Courier
from notifier_service.lanes.metrics import DeliveryMetrics
from notifier_service.messages.domain import Lane

POLL_SECONDS = 0.5
TROUBLE_SECONDS = 1.0
LAST_WRITES = 5

log = get_logger(__name__)


class LaneRunner:
    """Runs one lane until told to stop; then lets the couriers finish what they began and writes it down."""

    def __init__(
        self,
        lane: Lane,
        *,
        ledger: Ledger,
        couriers: Sequence[Courier],
        clock: FollowingClock,
        metrics: DeliveryMetrics,
        breaker: Breaker | None = None,
        idle_seconds: float = 30,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._lane = lane
        self._ledger = ledger
        self._couriers = couriers
        self._clock = clock
        self._metrics = metrics
        self._breaker = breaker or Breaker()
        self._idle_seconds = idle_seconds
        self._poll_seconds = poll_seconds
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._finished: list[Finished] = []
        self._in_flight: set[UUID] = set()
        self._stir = asyncio.Event()
        self._renewed = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        async with self._ledger.listening(self._lane) as waiter, asyncio.TaskGroup() as group:
            helpers = [group.create_task(self._work(courier)) for courier in self._couriers]
            helpers += [group.create_task(self._poll(waiter)), group.create_task(self._on(stop))]
            while not stop.is_set():
                await self._turn()
                await self._next_stir()
            await self._drain()
            for helper in helpers:
                helper.cancel()

    async def _turn(self) -> None:
        """Writes down what ended, takes what may begin; after trouble with the database all is kept and tried again."""
        finished, self._finished = self._finished, []
        busy = len(self._in_flight)
        allowance = self._breaker.allowance(len(self._couriers) - busy, busy)
        if not finished and not allowance:
            return
        try:
            jobs = await self._ledger.turn(self._lane, finished, allowance)
        except Exception as error:
            self._finished = finished + self._finished
            log.warning("lane waits", action="lane_trouble", lane=self._lane, error=type(error).__name__)
            # Not woken by new messages meanwhile: a database in trouble is not asked again at once.
            await asyncio.sleep(TROUBLE_SECONDS)
            self._stir.set()
            return
        for job in jobs:
            self._clock.follow(job.now)
            self._in_flight.add(job.message_id)
            self._jobs.put_nowait(job)

    async def _next_stir(self) -> None:
        """Waits until something happens, which the poll sees to at the latest, and keeps the leases meanwhile."""
        await self._stir.wait()
        self._stir.clear()
        now, held = time.monotonic(), [*self._in_flight, *(entry.job.message_id for entry in self._finished)]
        if not held:
            self._renewed = now
        elif now - self._renewed >= self._ledger.renewal_seconds:
            self._renewed = now
            try:
                await self._ledger.renew(held)
            except Exception as error:
                # Then the rescuer may call a mail uncertain that is still under way; its answer will settle that.
                log.warning("leases not renewed", action="lane_trouble", lane=self._lane, error=type(error).__name__)

    async def _drain(self) -> None:
        """The mails in flight end by themselves; their outcomes are written down, or their leases tell."""
        for _ in range(LAST_WRITES):
            while self._in_flight:
                await self._next_stir()
            if not self._finished:
                return
            finished, self._finished = self._finished, []
            try:
                await self._ledger.turn(self._lane, finished, 0)
            except Exception as error:
                self._finished = finished + self._finished
                log.warning("lane waits", action="lane_trouble", lane=self._lane, error=type(error).__name__)
                await asyncio.sleep(TROUBLE_SECONDS)

    async def _work(self, courier: Courier) -> None:
        try:
            while True:
                job = await self._next(courier)
                began = time.monotonic()
                with use_context(context_of(job)):
                    result = await courier.deliver(job)
                    self._metrics.attempt(self._lane, result, time.monotonic() - began)
                    log.info(
                        "attempt ended",
                        action="attempt",
                        lane=self._lane,
                        message_id=str(job.message_id),
                        template=job.template,
                        attempt=job.attempt_number,
                        outcome=result.outcome,
                        smtp_code=result.code,
                    )
                self._breaker.heard(result)
                self._metrics.paused(self._lane, self._breaker.open)
                self._finished.append(Finished(job, result, self._clock.now()))
                self._in_flight.discard(job.message_id)
                self._stir.set()
        finally:
            await courier.rest()

    async def _next(self, courier: Courier) -> Job:
        """The next job; a courier that waits long for one closes its connections first."""
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await self._jobs.get()
        except TimeoutError:
            await courier.rest()
            return await self._jobs.get()

    async def _poll(self, waiter: Waiter) -> None:
        while True:
            await waiter.wait(self._poll_seconds)
            self._stir.set()

    async def _on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stir.set()
