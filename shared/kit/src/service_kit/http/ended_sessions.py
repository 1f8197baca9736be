"""Sessions that identity ended: every service with pages or an API for people refuses their tokens at once (I11)."""

import asyncio
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from event_contracts import Event
from event_contracts.security import SessionEnded
from sqlalchemy import Table, delete, inspect, select

from service_kit.clock import app_now
from service_kit.db import Database, UnitOfWork, UoW
from service_kit.errors import Unauthenticated
from service_kit.http.auth import Caller, CurrentCaller
from service_kit.logging import get_logger
from service_kit.messaging.handlers import Outcome
from service_kit.waiting import wait_or_stop

EVERY_SECONDS = 600.0

log = get_logger(__name__)


class EndedSessions:
    """What a service keeps of them, in a table of its own with the columns `session_id` and `tokens_expire_at`."""

    def __init__(self, model: type) -> None:
        self._model = model
        self._table = cast(Table, inspect(model).local_table)

    def keep(self, uow: UnitOfWork, session_id: UUID, tokens_expire_at: datetime) -> None:
        """Keeps that a session ended; it ends once."""
        row = {"session_id": session_id, "tokens_expire_at": tokens_expire_at}
        uow.insert(self._model, row, ignore_conflicts=True)

    async def has_ended(self, uow: UnitOfWork, session_id: UUID) -> bool:
        """Whether identity ended this session."""
        query = select(self._table.c.session_id).where(self._table.c.session_id == session_id)
        return (await uow.session.execute(query)).first() is not None

    async def forget_expired(self, uow: UnitOfWork) -> None:
        """Drops sessions whose last token expired: the token itself is refused then."""
        await uow.session.execute(delete(self._table).where(self._table.c.tokens_expire_at < app_now()))

    async def on_session_ended(self, event: Event[SessionEnded], uow: UnitOfWork, _deps: Any) -> Outcome:
        """Its tokens are refused from now on (I11)."""
        self.keep(uow, event.data.session_id, event.data.tokens_expire_at)
        return None

    async def open_session(self, caller: CurrentCaller, uow: UoW) -> Caller:
        """The caller, unless identity ended the session; first of all checks: no stored answer is replayed to it."""
        if caller.session_id is not None and await self.has_ended(uow, caller.session_id):
            raise Unauthenticated("session_ended", "This session has ended; sign in again.", rule="I11")
        return caller

    async def keep_small(self, database: Database, stop: asyncio.Event) -> None:
        """Forgets at start and every ten minutes, so that the table every request asks stays small.

        Trouble is logged and tried again; any number of replicas do no harm.
        """
        while not stop.is_set():
            try:
                async with database.transaction() as uow:
                    await self.forget_expired(uow)
            except Exception as error:
                log.warning("sessions not forgotten", action="housekeeping_failed", error=type(error).__name__)
            await wait_or_stop(stop, EVERY_SECONDS)
