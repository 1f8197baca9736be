"""Runs a service's handlers on a real database as the consumer would, without a broker in between."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from event_contracts import Event, EventData
from sqlalchemy import text

from service_kit.context import MessageContext, use_context
from service_kit.db import Database, UnitOfWork
from service_kit.messaging import inbox
from service_kit.messaging.handlers import Outcome
from service_kit.runtime.service import Service
from service_kit.testing.events import arrived

Deps = TypeVar("Deps")
E = TypeVar("E", bound=EventData)


class Harness(Generic[Deps]):
    """`deliver` handles events in one transaction each, or all in one with `together`; inbox rules hold."""

    def __init__(self, service: Service[Any, Deps], database: Database, deps: Deps) -> None:
        self.service = service
        self.database = database
        self.deps = deps

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        async with self.database.transaction() as uow:
            yield uow

    async def deliver(self, *events: Event[Any] | EventData, together: bool = False) -> list[Outcome]:
        """Handles events in the order given; bare data is put into an envelope first. Duplicates are skipped."""
        envelopes = [event if isinstance(event, Event) else arrived(event) for event in events]
        if together:
            return await self._in_one(envelopes)
        return [outcome for event in envelopes for outcome in await self._in_one([event])]

    async def _in_one(self, events: Sequence[Event[Any]]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        async with self.database.transaction() as uow:
            for event in events:
                handler = self.service.handlers[event.type]
                if not await inbox.claim(uow.session, [(event.id, handler.name, event.source)]):
                    continue
                with use_context(MessageContext(event.correlationid or "test", str(event.id))):
                    outcomes.append(await handler.function(event, uow, self.deps))
        return outcomes

    async def said(self, event: type[E]) -> list[E]:
        """All events of one class the service has written so far, oldest first."""
        query = text("SELECT data FROM outbox WHERE type = :type ORDER BY sequence")
        async with self.database.engine.connect() as connection:
            rows = (await connection.execute(query, {"type": event.event_type})).scalars().all()
        return [event.model_validate_json(row) for row in rows]

    async def said_types(self) -> list[str]:
        """The types of all events the service has written so far, oldest first."""
        async with self.database.engine.connect() as connection:
            rows = await connection.execute(text("SELECT type FROM outbox ORDER BY sequence"))
            return list(rows.scalars())
