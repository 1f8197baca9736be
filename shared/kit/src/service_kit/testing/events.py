"""Events as if they had arrived, and the ones a service wrote."""

from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from event_contracts import REGISTRY, Event, EventData, service_of, source_of

from service_kit.ids import new_id

E = TypeVar("E", bound=EventData)


def arrived(data: E, *, sequence: int = 1, event_id: UUID | None = None, time: datetime | None = None) -> Event[E]:
    """`data` in an envelope, as its service would have sent it."""
    model = cast(Any, Event)[REGISTRY[data.event_type]]
    event: Event[E] = model(
        id=event_id or new_id(),
        source=source_of(service_of(data.event_type)),
        type=data.event_type,
        subject=data.subject,
        sequence=f"{sequence:020d}",
        time=time or datetime.now(UTC),
        correlationid="test",
        data=data,
    )
    return event
