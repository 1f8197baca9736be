"""An outbox that only remembers, for use cases tested without a database."""

from typing import TypeVar
from uuid import UUID

from event_contracts import EventData

from service_kit.ids import new_id

E = TypeVar("E", bound=EventData)


class RecordingOutbox:
    """Has the outbox's `add`; `events` are in the order they were said."""

    def __init__(self) -> None:
        self.events: list[EventData] = []

    def add(self, data: EventData) -> UUID:
        self.events.append(data)
        return new_id()

    def of(self, event: type[E]) -> list[E]:
        """Those of one class."""
        return [item for item in self.events if isinstance(item, event)]
