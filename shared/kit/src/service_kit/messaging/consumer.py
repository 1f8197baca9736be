"""The consumer of a service's inbox: takes what is waiting, runs it in one transaction, then acks. A message is acked
only when it is committed or stored elsewhere; trouble with database or broker pauses and repeats, it loses none."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from service_kit.db import Database
from service_kit.errors import Unavailable
from service_kit.logging import get_logger
from service_kit.messaging.delivery import Delivery, Undeliverable, decode
from service_kit.messaging.disposal import Disposal
from service_kit.messaging.handlers import Handlers
from service_kit.messaging.metrics import MessagingMetrics
from service_kit.messaging.processor import Processor
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.retry_policy import RetryPolicy
from service_kit.messaging.subscription import Subscription, SubscriptionLost, subscribe
from service_kit.messaging.topology import Names
from service_kit.messaging.trouble import Trouble
from service_kit.waiting import wait_or_stop

# A connection that held so long was a good one: the next pause starts short again.
STEADY_SECONDS = 30.0

Deps = TypeVar("Deps")
log = get_logger(__name__)


@dataclass(frozen=True)
class ConsumerOptions:
    """`prefetch` messages wait in this process, up to `batch` share a transaction. Times in seconds."""

    prefetch: int = 200
    batch: int = 100
    pause: float = 0.2
    longest_pause: float = 5
    check_every: float = 30
    policy: RetryPolicy = field(default_factory=RetryPolicy)


class Consumer(Generic[Deps]):
    """Consumes until stopped, reconnecting by itself. Work runs in its own task, so a lost connection cancels none."""

    def __init__(
        self,
        service: str,
        rabbit_url: str,
        database: Database,
        handlers: Handlers[Deps],
        deps: Deps,
        metrics: MessagingMetrics,
        options: ConsumerOptions | None = None,
    ) -> None:
        self._names = Names(service)
        self._url = rabbit_url
        self._handlers = handlers
        self._metrics = metrics
        self._options = options or ConsumerOptions()
        self._publisher = Publisher(rabbit_url, f"{service} disposal", service)
        self._disposal = Disposal(self._publisher, self._names, self._options.policy)
        self._processor = Processor(database, deps, self._disposal, self._options.policy)
        self._problem: str | None = "not connected yet"

    async def check(self) -> None:
        """Readiness: raises Unavailable while nothing is consumed."""
        if self._problem is not None:
            raise Unavailable("not_consuming", self._problem)

    async def run(self, stop: asyncio.Event) -> None:
        """Consumes until `stop`, then finishes what it has taken."""
        pause = self._options.pause
        try:
            while not stop.is_set():
                started = time.monotonic()
                try:
                    await self._session(stop)
                except (AMQPError, SubscriptionLost) as error:
                    self._trouble("broker", error)
                    steady = time.monotonic() - started > STEADY_SECONDS
                    pause = self._options.pause if steady else min(pause * 2, self._options.longest_pause)
                    await wait_or_stop(stop, pause)
        finally:
            self._metrics.consuming.set(0)
            await self._publisher.close()

    async def _session(self, stop: asyncio.Event) -> None:
        options = self._options
        async with subscribe(self._url, self._names, self._handlers.types, options.prefetch) as subscription:
            self._well()
            checked = time.monotonic()
            while not stop.is_set():
                if messages := await subscription.take(options.batch):
                    await self._process(messages, subscription, stop)
                await subscription.require_consumer()
                if time.monotonic() - checked > options.check_every:
                    checked = time.monotonic()
                    await subscription.repair()
            await subscription.cancel()
            while not subscription.is_empty:
                await self._process(await subscription.take(options.batch), subscription, stop)

    async def _process(
        self, messages: Sequence[AbstractIncomingMessage], subscription: Subscription, stop: asyncio.Event
    ) -> None:
        """Runs the messages to their end and acks them together. On trouble pauses and repeats what is not settled."""
        pending = [decode(message, self._handlers) for message in messages]
        pause = self._options.pause
        while pending:
            try:
                await self._settle(pending)
            except Trouble as trouble:
                self._trouble(trouble.part, trouble)
                await wait_or_stop(stop, pause * random.uniform(0.5, 1.5))  # noqa: S311  # spreads replicas, no secret
                pause = min(pause * 2, self._options.longest_pause)
                if subscription.is_closed or stop.is_set():
                    # No later batch may be acked over the heads of these, so the subscription ends here.
                    raise SubscriptionLost("given up during trouble; what is unsettled comes again") from trouble
        await subscription.ack(messages)
        self._well()

    async def _settle(self, pending: list[Delivery[Deps] | Undeliverable]) -> None:
        """Settles items and removes them from `pending` one by one, so that a repetition does not repeat them."""
        for item in [item for item in pending if isinstance(item, Undeliverable)]:
            self._count("unknown", await self._disposal.undeliverable(item))
            pending.remove(item)
        deliveries = [item for item in pending if isinstance(item, Delivery)]
        fresh = [delivery for delivery in deliveries if not delivery.is_suspect]
        if fresh:
            outcomes = await self._together(fresh)
            pending[:] = [item for item in pending if item not in outcomes]
        for delivery in [item for item in pending if isinstance(item, Delivery)]:
            self._count(delivery.event.type, await self._processor.alone(delivery))
            pending.remove(delivery)

    async def _together(self, fresh: Sequence[Delivery[Deps]]) -> Mapping[Delivery[Deps], str]:
        started = time.perf_counter()
        outcomes = await self._processor.together(fresh)
        self._metrics.batch.observe(len(fresh))
        self._metrics.batch_seconds.observe(time.perf_counter() - started)
        for (event_type, outcome), number in Counter((d.event.type, o) for d, o in outcomes.items()).items():
            self._count(event_type, outcome, number)
        return outcomes

    def _count(self, event_type: str, outcome: str, number: int = 1) -> None:
        self._metrics.handled.labels(event_type, outcome).inc(number)

    def _well(self) -> None:
        if self._problem is not None:
            log.info("consuming", action="consuming", queue=self._names.inbox)
        self._problem = None
        self._metrics.consuming.set(1)

    def _trouble(self, part: str, error: Exception) -> None:
        self._problem = f"{part}: {type(error).__name__}"
        self._metrics.consuming.set(0)
        self._metrics.trouble.labels(part).inc()
        log.warning("consumer pauses", action="consumer_trouble", part=part, error=str(error)[:200])
