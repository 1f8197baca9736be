"""A message from the inbox queue, decoded: an event with its handler, or the reason why it is none."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from aio_pika.abc import AbstractIncomingMessage
from event_contracts import Event, EventData, MalformedEvent, UnknownEventType, parse_event

from service_kit.messaging.handlers import Handler, Handlers

ATTEMPTS = "x-attempts"
UNKNOWN_SINCE = "x-unknown-since"

Deps = TypeVar("Deps")
Key = tuple[UUID, str, str]


@dataclass(frozen=True, eq=False)
class Delivery(Generic[Deps]):
    """One delivery of one event to its handler."""

    message: AbstractIncomingMessage
    event: Event[EventData]
    handler: Handler[Deps]

    @property
    def key(self) -> Key:
        """What the inbox knows it by."""
        return (self.event.id, self.handler.name, self.event.source)

    @property
    def attempts(self) -> int:
        """How many attempts failed before this one."""
        return _count(self.message.headers.get(ATTEMPTS))

    @property
    def is_suspect(self) -> bool:
        """It may have failed or killed a worker before, so it runs alone."""
        return bool(self.message.redelivered) or self.attempts > 0

    @property
    def order(self) -> tuple[str, str, int]:
        """Batches run in this order, so that overlapping batches take most locks in the same one."""
        return (self.event.subject, self.event.source, self.event.order)


@dataclass(frozen=True, eq=False)
class Undeliverable:
    """A message that no handler here can take. `unknown` ones may be understood after an upgrade, others never."""

    message: AbstractIncomingMessage
    reason: str
    unknown: bool


def decode(message: AbstractIncomingMessage, handlers: Handlers[Deps]) -> Delivery[Deps] | Undeliverable:
    """Parses the body against its contract and finds its handler."""
    try:
        event = parse_event(message.body)
    except MalformedEvent as error:
        return Undeliverable(message, f"malformed: {error}", unknown=False)
    except UnknownEventType as error:
        return Undeliverable(message, f"unknown type or version: {error}", unknown=True)
    if event.type not in handlers:
        return Undeliverable(message, f"no handler for {event.type}", unknown=True)
    return Delivery(message, event, handlers[event.type])


def unknown_since(message: AbstractIncomingMessage, now: float) -> float:
    """When this unknown message was first seen, in Unix seconds."""
    value: Any = message.headers.get(UNKNOWN_SINCE)
    return float(value) if isinstance(value, (int, float)) else now


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
