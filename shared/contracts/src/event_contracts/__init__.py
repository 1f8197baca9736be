"""What the services tell each other: the CloudEvents envelope, every event class and the registry. Pydantic only."""

from event_contracts.envelope import Event, EventData, service_of, source_of
from event_contracts.registry import REGISTRY, MalformedEvent, UnknownEventType, parse_event

__all__ = [
    "REGISTRY",
    "Event",
    "EventData",
    "MalformedEvent",
    "UnknownEventType",
    "parse_event",
    "service_of",
    "source_of",
]
