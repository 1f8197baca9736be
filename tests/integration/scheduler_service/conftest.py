"""Scheduler's handlers and ticker on a real database, with the database's clock in the test's hands."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from event_contracts import EventData
from event_contracts.identity import (
    AccountActivated,
    AccountErased,
    InvitationDeclined,
    InvitationExpired,
    InvitationExtended,
    InvitationRevoked,
    LadderCancelled,
)
from event_contracts.notifier import LadderStart, MessageFailed, MessageRef, MessageSent
from event_contracts.people import LadderKey, LadderPolicy, Language, Recipient
from scheduler_service.bootstrap import SERVICE
from scheduler_service.deps import SchedulerDeps
from scheduler_service.ticker.domain import Tick
from scheduler_service.ticker.service import Ticker
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.testing import Harness, set_app_now
from service_kit.testing.plugin import DatabaseFactory
from sqlalchemy import text

DAY = timedelta(days=1)
LONGEST_SLEEP = timedelta(seconds=5)

FILL_LADDERS = text("""
    INSERT INTO ladder (id, kind, subject_id, firm_id, epoch, state, started_at, next_due_at, expiry_due_at)
    SELECT gen_random_uuid(), 'invitation', gen_random_uuid(), gen_random_uuid(), 1, 'armed',
           CAST(:sent_at AS timestamptz), CAST(:sent_at AS timestamptz) + CAST(:first AS interval),
           CAST(:sent_at AS timestamptz) + CAST(:expiry AS interval)
    FROM generate_series(1, CAST(:count AS integer))
""")
FILL_REMINDERS = text("""
    INSERT INTO reminder (id, ladder_id, step, due_at, state)
    SELECT gen_random_uuid(), ladder.id, step, started_at + duration, 'armed'
    FROM ladder CROSS JOIN unnest(CAST(:offsets AS interval[])) WITH ORDINALITY AS policy (duration, step)
    WHERE NOT EXISTS (SELECT FROM reminder WHERE ladder_id = ladder.id)
""")


@dataclass(frozen=True)
class World:
    """A scheduler with its database. Everything a test says to it is an event; everything it did is read back."""

    harness: Harness[SchedulerDeps]
    owner_url: str

    @property
    def database(self) -> Database:
        return self.harness.database

    def key(self, *, subject: UUID | None = None, firm: UUID | None = None, epoch: int = 1) -> LadderKey:
        return LadderKey(kind="invitation", subject_id=subject or new_id(), firm_id=firm or new_id(), epoch=epoch)

    def sent(
        self,
        key: LadderKey,
        *,
        at: datetime | None = None,
        offsets: tuple[timedelta, ...] = (7 * DAY, 30 * DAY),
        expiry: timedelta | None = None,
    ) -> MessageSent:
        """The first invitation mail was sent."""
        message = MessageRef(message_id=new_id(), template="invitation_first", channel="email")
        starts = LadderStart(ladder=key, policy=LadderPolicy(offsets=offsets, expiry=expiry))
        return MessageSent(message=message, sent_at=at or datetime.now(UTC), starts=starts)

    def failed(self, key: LadderKey | None, *, permanent: bool = True) -> MessageFailed:
        message = MessageRef(message_id=new_id(), template="invitation_first", channel="email")
        return MessageFailed(message=message, ladder=key, reason="550 no such mailbox", permanent=permanent)

    def revoked(self, key: LadderKey) -> InvitationRevoked:
        return InvitationRevoked(invitation_id=new_id(), account_id=key.subject_id, firm_id=key.firm_id, ladder=key)

    def declined(self, key: LadderKey) -> InvitationDeclined:
        ended = {"invitation_id": new_id(), "account_id": key.subject_id, "firm_id": key.firm_id}
        return InvitationDeclined(**ended, offer_ids=(new_id(),), ladder=key)

    def expired(self, key: LadderKey) -> InvitationExpired:
        ended = {"invitation_id": new_id(), "account_id": key.subject_id, "firm_id": key.firm_id}
        return InvitationExpired(**ended, offer_ids=(new_id(),), ladder=key)

    def extended(self, key: LadderKey, expires_at: datetime) -> InvitationExtended:
        ended = {"invitation_id": new_id(), "account_id": key.subject_id, "firm_id": key.firm_id}
        return InvitationExtended(**ended, ladder=key, expires_at=expires_at)

    def cancelled(self, key: LadderKey, reason: str = "deactivated") -> LadderCancelled:
        return LadderCancelled(ladder=key, reason=reason)

    def erased(self, account_id: UUID) -> AccountErased:
        return AccountErased(account_id=account_id)

    def activated(self, account_id: UUID) -> AccountActivated:
        recipient = Recipient(email="lea@example.com", given_name="Léa", family_name="Dupont", language=Language.FR)
        return AccountActivated(account_id=account_id, user_name="lea.dupont", recipient=recipient)

    async def told(self, *events: EventData, together: bool = False) -> None:
        for outcome in await self.harness.deliver(*events, together=together):
            assert outcome is None

    async def now_is(self, moment: datetime) -> None:
        """Moves `app_now()` to about `moment`; it goes on from there."""
        await set_app_now(self.owner_url, moment - datetime.now(UTC))

    async def tick(self, *, batch: int = 200) -> Tick:
        return await self.ticker(batch=batch).tick_once()

    async def tick_until_idle(self, *, batch: int = 200) -> int:
        """Ticks until nothing is due; returns how many ladders were advanced."""
        total = 0
        while (advanced := (await self.tick(batch=batch)).advanced) > 0:
            total += advanced
        return total

    def ticker(self, *, batch: int = 200, longest_sleep: timedelta = LONGEST_SLEEP) -> Ticker:
        return Ticker(self.database, longest_sleep=longest_sleep, batch=batch)

    async def fill(
        self,
        count: int,
        *,
        sent_at: datetime,
        offsets: tuple[timedelta, ...] = (7 * DAY, 30 * DAY),
        expiry: timedelta | None = None,
    ) -> None:
        """Many armed ladders at once, as their arming would have left them."""
        ladders = {"count": count, "sent_at": sent_at, "first": offsets[0], "expiry": expiry}
        async with self.harness.transaction() as uow:
            await uow.session.execute(FILL_LADDERS, ladders)
            await uow.session.execute(FILL_REMINDERS, {"offsets": list(offsets)})

    async def analyze(self) -> None:
        """Fresh statistics and visibility, as autovacuum leaves them."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            await connection.execute("VACUUM (ANALYZE) ladder")
            await connection.execute("VACUUM (ANALYZE) reminder")
        finally:
            await connection.close()

    async def rows(self, query: str, **parameters: Any) -> list[Mapping[str, Any]]:
        async with self.database.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), parameters)).mappings()]

    async def ladder(self, key: LadderKey) -> Mapping[str, Any]:
        """The row of one ladder, with its steps' states in order."""
        (row,) = await self.rows(
            """SELECT l.*, (SELECT coalesce(array_agg(r.state ORDER BY r.step), '{}') FROM reminder r
                            WHERE r.ladder_id = l.id) AS steps
               FROM ladder l
               WHERE kind = :kind AND subject_id = :subject_id AND firm_id = :firm_id AND epoch = :epoch""",
            **key.model_dump(),
        )
        return row


@pytest.fixture
async def world(database_for: DatabaseFactory) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(database_for(SERVICE))
        database = Database(urls.url, source=SERVICE.source)
        stack.push_async_callback(database.close)
        yield World(Harness(SERVICE, database, SchedulerDeps(tick_max_sleep=LONGEST_SLEEP)), urls.owner_url)
