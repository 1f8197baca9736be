"""Exchanges, queues and bindings: `migrate` declares them all, services only repeat the bindings of their own inbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from event_contracts.registry import WITHOUT_SUBSCRIBER
from pamqp.common import Arguments

EVENTS = "events"
UNROUTED = "events.unrouted"
WITHOUT_SUBSCRIBER_QUEUE = "events.without_subscriber"
UNROUTED_LIMIT = 100_000
# A lost connection counts against every prefetched message, so the broker's own limit is only a backstop.
DELIVERY_LIMIT = 1_000
# One TTL per queue: a queue only expires from its head, so mixed delays would wait for each other.
RETRY_DELAYS = {"5s": 5, "1min": 60, "15min": 900}

_QUORUM = {"x-queue-type": "quorum"}
_SAFE_DEAD_LETTERS = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


@dataclass(frozen=True)
class Names:
    """The names of one service's exchange and queues."""

    service: str

    @property
    def inbox(self) -> str:
        return f"{self.service}.inbox"

    @property
    def retry(self) -> str:
        """The direct exchange a worker publishes to: routing keys are the delays, `dead` and `parked`."""
        return f"{self.service}.retry"

    @property
    def dead(self) -> str:
        return f"{self.service}.dead"

    @property
    def parked(self) -> str:
        return f"{self.service}.parked"

    def delay(self, name: str) -> str:
        return f"{self.service}.retry.{name}"


async def declare(channel: AbstractChannel, service: str, types: Iterable[str]) -> None:
    """Declares the shared exchange and everything of one service. Repeating it changes nothing."""
    events = await _declare_events(channel)
    names = Names(service)
    retry = await channel.declare_exchange(names.retry, ExchangeType.DIRECT, durable=True)
    inbox = await channel.declare_queue(names.inbox, durable=True, arguments=_inbox_arguments(names))
    await inbox.bind(retry, "inbox")
    for delay, seconds in RETRY_DELAYS.items():
        queue = await channel.declare_queue(
            names.delay(delay),
            durable=True,
            arguments={
                **_QUORUM,
                **_SAFE_DEAD_LETTERS,
                "x-message-ttl": seconds * 1000,
                "x-dead-letter-exchange": names.retry,
                "x-dead-letter-routing-key": "inbox",
            },
        )
        await queue.bind(retry, delay)
    for name, key in ((names.dead, "dead"), (names.parked, "parked")):
        queue = await channel.declare_queue(name, durable=True, arguments=dict(_QUORUM))
        await queue.bind(retry, key)
    await bind(inbox, events, types)


def _inbox_arguments(names: Names) -> Arguments:
    return {
        **_QUORUM,
        **_SAFE_DEAD_LETTERS,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": names.retry,
        "x-dead-letter-routing-key": "dead",
    }


async def bind(inbox: AbstractQueue, events: AbstractExchange | str, types: Iterable[str]) -> None:
    """Binds an inbox to the event types its service handles."""
    for event_type in types:
        await inbox.bind(events, event_type)


async def _declare_events(channel: AbstractChannel) -> AbstractExchange:
    unrouted = await channel.declare_exchange(UNROUTED, ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(
        UNROUTED, durable=True, arguments={**_QUORUM, "x-max-length": UNROUTED_LIMIT, "x-overflow": "reject-publish"}
    )
    await queue.bind(unrouted)
    events = await channel.declare_exchange(
        EVENTS, ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": UNROUTED}
    )
    # Types that nobody reads on purpose go to a queue of one message, so that `unrouted` shows accidents only.
    silent = await channel.declare_queue(
        WITHOUT_SUBSCRIBER_QUEUE, durable=True, arguments={**_QUORUM, "x-max-length": 1}
    )
    await bind(silent, events, sorted(WITHOUT_SUBSCRIBER))
    return events
