"""The record of deliveries: whatever it says was committed before or after the SMTP dialogue, never around it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.context import use_context
from service_kit.db import Database, UnitOfWork
from service_kit.db.wakeups import Waiter

from notifier_service.bounces.domain import AddressHashes
from notifier_service.bounces.service import spare_dead_addresses
from notifier_service.deliveries import repository
from notifier_service.deliveries.domain import (
    AttemptResult,
    Decision,
    Job,
    Outcome,
    RetryPolicy,
    Settlement,
    decide,
)
from notifier_service.deliveries.events import context_of, outcome_event
from notifier_service.holds.service import tell_held
from notifier_service.messages.domain import Lane, MessageState, lane_wakeup


@dataclass(frozen=True, slots=True)
class Finished:
    """An attempt that ended at `at` by the application's clock."""

    job: Job
    result: AttemptResult
    at: datetime


class Ledger:
    """Opens the transactions of lanes and caretaker. Database trouble is raised; callers keep what they hold."""

    def __init__(
        self,
        database: Database,
        *,
        worker: UUID,
        policies: Mapping[Lane, RetryPolicy],
        lease: timedelta,
        jitter: Callable[[], float],
        hashes: AddressHashes,
    ) -> None:
        self._database = database
        self._worker = worker
        self._policies = policies
        self._lease = lease
        self._jitter = jitter
        self._hashes = hashes

    @property
    def renewal_seconds(self) -> float:
        """How often a worker that holds something renews: a lease survives three missed renewals."""
        return self._lease.total_seconds() / 4

    @asynccontextmanager
    async def listening(self, lane: Lane) -> AsyncIterator[Waiter]:
        async with self._database.wakeups.listening(lane_wakeup(lane)) as waiter:
            yield waiter

    async def turn(self, lane: Lane, finished: Sequence[Finished], limit: int) -> Sequence[Job]:
        """Writes what ended and takes what is due, in one transaction: three statements for any number of mails."""
        async with self._database.transaction() as uow:
            if finished:
                await self._settle(uow, finished, self._policies[lane])
            if not limit:
                return []
            jobs = await repository.claim(uow, lane=lane, limit=limit, worker=self._worker, lease=self._lease)
            return await spare_dead_addresses(uow, jobs, self._hashes)

    async def renew(self, messages: Sequence[UUID]) -> None:
        """Keeps the leases of what a worker holds: they tell that it lives, not how long a mail takes.

        By name, because a claim whose commit was lost on the way may be ours without our knowing; it must lapse.
        """
        async with self._database.transaction() as uow:
            await repository.renew(uow, messages, worker=self._worker, lease=self._lease)

    async def rescue(self) -> int:
        """Declares attempts uncertain whose worker is gone: nobody knows whether the server took the mail."""
        async with self._database.transaction() as uow:
            jobs = await repository.expired_leases(uow)
            result = AttemptResult(Outcome.UNCERTAIN, "the worker stopped before it knew the outcome")
            for lane in Lane:
                lost = [Finished(job, result, job.now) for job in jobs if job.lane is lane]
                if lost:
                    await self._settle(uow, lost, self._policies[lane])
        return len(jobs)

    async def sweep(self) -> int:
        """Suppresses waiting mails about invitations and accounts that were closed meanwhile (M4)."""
        async with self._database.transaction() as uow:
            jobs = await repository.newly_stale(uow)
            if jobs:
                await repository.suppress(uow, jobs)
            for job in jobs:
                decision = Decision(MessageState.SUPPRESSED, job.counted, job.uncertain, reason=job.unwanted or "")
                self._say(uow, job, decision, job.now)
        return len(jobs)

    async def tell_held(self) -> int:
        """Marks waiting mails that are held, and says so (M6); a batch of them."""
        async with self._database.transaction() as uow:
            return await tell_held(uow)

    async def _settle(self, uow: UnitOfWork, finished: Sequence[Finished], policy: RetryPolicy) -> None:
        ended = [(entry, decide(entry.job.progress, entry.result, policy, self._jitter)) for entry in finished]
        settlements = [Settlement(entry.job, entry.result, decision) for entry, decision in ended]
        applied = await repository.settle(uow, settlements, self._hashes)
        for entry, decision in ended:
            if (entry.job.message_id, entry.job.attempt_number) in applied:
                self._say(uow, entry.job, decision, entry.at)

    def _say(self, uow: UnitOfWork, job: Job, decision: Decision, at: datetime) -> None:
        event = outcome_event(job, decision, at=at)
        if event is not None:
            with use_context(context_of(job)):
                uow.outbox.add(event)
