"""What a service does with events: one explicit table of handlers, and the small vocabulary they answer with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from event_contracts import Event, EventData

if TYPE_CHECKING:
    # The unit of work writes the outbox, so at run time it imports this package and not the other way round.
    from service_kit.db.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Retry:
    """Not now: nothing of this message is kept, it comes again after about `after`. Counts as an attempt."""

    after: timedelta
    reason: str


@dataclass(frozen=True)
class Reject:
    """Never: what the handler wrote (its answer) commits, and the message becomes a dead letter with this reason."""

    reason: str


Outcome: TypeAlias = Retry | Reject | None

D = TypeVar("D", bound=EventData)
Deps = TypeVar("Deps")


@dataclass(frozen=True)
class Handler(Generic[Deps]):
    """One row of the table. `name` is kept for ever: the inbox knows the handler by it."""

    event: type[EventData]
    function: Callable[[Event[Any], UnitOfWork, Deps], Awaitable[Outcome]]
    name: str


def handle(
    event: type[D],
    function: Callable[[Event[D], UnitOfWork, Deps], Awaitable[Outcome]],
    *,
    name: str | None = None,
) -> Handler[Deps]:
    """A row for the table: `function` is called for each event of this class."""
    return Handler(event, function, name or function.__name__)


class Handlers(Generic[Deps]):
    """A service's table: event type to handler. Two handlers of one type or one name are an error at start."""

    def __init__(self, *areas: Iterable[Handler[Deps]]) -> None:
        rows = [row for area in areas for row in area]
        self._table: Mapping[str, Handler[Deps]] = MappingProxyType({row.event.event_type: row for row in rows})
        if len(self._table) != len(rows) or len({row.name for row in rows}) != len(rows):
            raise ValueError("an event type or a handler name is registered twice")

    def __getitem__(self, event_type: str) -> Handler[Deps]:
        return self._table[event_type]

    def __contains__(self, event_type: object) -> bool:
        return event_type in self._table

    @property
    def types(self) -> tuple[str, ...]:
        """The routing keys to bind, sorted."""
        return tuple(sorted(self._table))
