"""Group commit: deliveries run together in one transaction; when one fails each runs alone, so it harms only itself."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit.context import MessageContext, use_context
from service_kit.db import Database, UnitOfWork
from service_kit.db.trouble import is_collision, is_doubtful, is_trouble
from service_kit.errors import DomainError
from service_kit.ids import new_id
from service_kit.logging import get_logger
from service_kit.messaging import inbox
from service_kit.messaging.delivery import Delivery, Key
from service_kit.messaging.disposal import Disposal
from service_kit.messaging.handlers import Outcome, Reject, Retry
from service_kit.messaging.retry_policy import RetryPolicy
from service_kit.messaging.trouble import Trouble

COLLISIONS_BEFORE_ALONE = 3
# Less than the database lets a transaction sit idle: a handler that hangs is its own error and no trouble.
HANDLER_TIMEOUT = 25.0

Deps = TypeVar("Deps")
log = get_logger(__name__)


class _NotTogether(Exception):
    """A message of the batch asked for a retry: its effects must not commit with the others."""


class Processor(Generic[Deps]):
    """Runs deliveries to their end: committed, sent to a delay queue, or a dead letter. Raises Trouble otherwise."""

    def __init__(self, database: Database, deps: Deps, disposal: Disposal, policy: RetryPolicy) -> None:
        self._database = database
        self._deps = deps
        self._disposal = disposal
        self._policy = policy
        self._unburied: dict[Delivery[Deps], str] = {}
        self.worker: UUID = new_id()

    async def together(self, deliveries: Sequence[Delivery[Deps]]) -> dict[Delivery[Deps], str]:
        """Runs never-failed deliveries in one transaction. Returns outcomes by name; empty: each must run alone."""
        await self._bury_rejected(deliveries)
        for _ in range(COLLISIONS_BEFORE_ALONE):
            try:
                outcomes = await self._batch(deliveries)
            except Exception as error:
                await self._raise_trouble(error)
                if not is_collision(error):
                    break
            else:
                await self._bury_rejected(deliveries)
                return outcomes
        return {}

    async def _batch(self, deliveries: Sequence[Delivery[Deps]]) -> dict[Delivery[Deps], str]:
        outcomes = dict.fromkeys(deliveries, "duplicate")
        rejected: dict[Delivery[Deps], str] = {}
        first = {delivery.key: delivery for delivery in reversed(deliveries)}
        async with self._database.transaction() as uow:
            fresh = await inbox.claim(uow.session, list(first))
            for delivery in sorted((first[key] for key in fresh), key=lambda delivery: delivery.order):
                outcome = await self._handle(delivery, uow)
                if isinstance(outcome, Retry):
                    raise _NotTogether
                outcomes[delivery] = "handled"
                if isinstance(outcome, Reject):
                    outcomes[delivery] = "rejected"
                    rejected[delivery] = outcome.reason
            if rejected:
                await uow.flush()
                await inbox.record_rejections(uow.session, [(d.key, reason) for d, reason in rejected.items()])
        self._unburied = rejected
        return outcomes

    async def _bury_rejected(self, deliveries: Sequence[Delivery[Deps]]) -> None:
        """Dead letters of what a batch rejected; repeated with the batch when the broker was away."""
        for delivery in deliveries:
            if (reason := self._unburied.get(delivery)) is not None:
                await self._bury(delivery, reason)
                del self._unburied[delivery]

    async def alone(self, delivery: Delivery[Deps]) -> str:
        """Runs one delivery. One that failed or was redelivered runs under a committed marker that survives a crash."""
        suspect = delivery.is_suspect
        if suspect and await self._mark(delivery.key) > self._policy.crashes:
            await self._bury(delivery, f"killed its worker {self._policy.crashes} times")
            await self._unmark(delivery.key)
            return "dead"
        try:
            return await self._one(delivery, suspect)
        except Exception as error:
            await self._raise_trouble(error)
            if is_collision(error):
                raise Trouble("lock", error) from error
            outcome = await self._failed(delivery, _reason(error), None)
        if suspect:
            await self._unmark(delivery.key)
        return outcome

    async def _one(self, delivery: Delivery[Deps], suspect: bool) -> str:
        outcome: Outcome = None
        try:
            async with self._database.transaction() as uow:
                if not await inbox.claim(uow.session, [delivery.key]):
                    return await self._again(delivery)
                outcome = await self._handle(delivery, uow)
                if isinstance(outcome, Retry):
                    raise _NotTogether
                await uow.flush()
                if isinstance(outcome, Reject):
                    await inbox.record_rejections(uow.session, [(delivery.key, outcome.reason)])
                if suspect:
                    await inbox.unmark_running(uow.session, delivery.key)
        except _NotTogether:
            assert isinstance(outcome, Retry)  # the only reason to raise it above
            name = await self._failed(delivery, outcome.reason, outcome)
            if suspect:
                await self._unmark(delivery.key)
            return name
        if isinstance(outcome, Reject):
            await self._bury(delivery, outcome.reason)
            return "rejected"
        return "handled"

    async def _handle(self, delivery: Delivery[Deps], uow: UnitOfWork) -> Outcome:
        event = delivery.event
        context = MessageContext(event.correlationid or str(event.id), str(event.id), event.traceparent)
        with use_context(context):
            async with asyncio.timeout(HANDLER_TIMEOUT):
                return await delivery.handler.function(event, uow, self._deps)

    async def _again(self, delivery: Delivery[Deps]) -> str:
        """Done before. A rejected one that comes again after a crash may have missed its dead letter."""
        async with self._marker() as connection:
            reason = await inbox.rejection_of(connection, delivery.key)
            await inbox.unmark_running(connection, delivery.key)
        if reason is not None:
            await self._bury(delivery, reason)
        return "duplicate"

    async def _raise_trouble(self, error: Exception) -> None:
        """Raises Trouble when database or broker is the reason; in doubt the database is asked whether it is well."""
        if isinstance(error, Trouble):
            raise error
        if is_trouble(error):
            raise Trouble("database", error) from error
        if is_doubtful(error):
            try:
                await self._database.ping()
            except Exception as silence:
                raise Trouble("database", silence) from error

    async def _failed(self, delivery: Delivery[Deps], reason: str, retry: Retry | None) -> str:
        wanted = retry.after if retry else None
        attempt = delivery.attempts + 1
        return await self._disposal.failed(delivery.message, delivery.handler.name, attempt, reason, wanted)

    async def _bury(self, delivery: Delivery[Deps], reason: str) -> None:
        await self._disposal.dead(delivery.message, delivery.handler.name, delivery.attempts + 1, reason)

    @asynccontextmanager
    async def _marker(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for the kit's own rows: no handler is involved, so what fails in it is trouble."""
        try:
            async with self._database.engine.begin() as connection:
                yield connection
        except Exception as error:
            raise Trouble("database", error) from error

    async def _mark(self, key: Key) -> int:
        async with self._marker() as connection:
            return await inbox.mark_running(connection, key, self.worker)

    async def _unmark(self, key: Key) -> None:
        async with self._marker() as connection:
            await inbox.unmark_running(connection, key)


def _reason(error: Exception) -> str:
    """What failed and where, without the message: it may repeat what a person wrote."""
    if isinstance(error, DomainError):
        return f"{type(error).__name__} {error.code}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    log.warning("handler failed", action="handler_failed", exc_info=error)
    return f"{type(error).__name__}{where}"
