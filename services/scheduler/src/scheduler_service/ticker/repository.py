"""The ticker's statements. A ladder's row lock covers its steps: after the claim they are all seen at rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.people import LadderKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from scheduler_service.ladders.domain import Advance, LadderState, ReminderState, Step

PEEK = text("SELECT app_now() AS now, (SELECT min(next_due_at) FROM ladder WHERE state = 'armed') AS next_due_at")

CLAIM = text("""
    SELECT id, kind, subject_id, firm_id, epoch, correlation_id, expiry_due_at FROM ladder
    WHERE state = 'armed' AND next_due_at <= :now
    ORDER BY next_due_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")

# A statement of its own: it sees what was committed before the locks were granted, which the claim's snapshot may not.
ARMED_STEPS = text("""
    SELECT id, ladder_id, step, due_at FROM reminder
    WHERE ladder_id = ANY(CAST(:ladders AS uuid[])) AND state = 'armed' ORDER BY ladder_id, step
""")

RECORD_STEPS = text("""
    UPDATE reminder SET
        state = done.state, fired_at = CASE WHEN done.state = 'fired' THEN CAST(:now AS timestamptz) END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[])) AS done (id, state) WHERE reminder.id = done.id
""")

RECORD_LADDERS = text("""
    UPDATE ladder SET
        next_due_at = done.next_due_at,
        state = CASE WHEN done.next_due_at IS NULL THEN CAST(:finished AS text) ELSE ladder.state END,
        ended_at = CASE WHEN done.next_due_at IS NULL THEN CAST(:now AS timestamptz) END,
        expiry_fired_at = CASE WHEN done.expired THEN CAST(:now AS timestamptz) ELSE ladder.expiry_fired_at END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:next_due AS timestamptz[]), CAST(:expired AS boolean[]))
        AS done (id, next_due_at, expired)
    WHERE ladder.id = done.id
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A ladder this transaction holds, with something due. While armed, its expiry is still to come if it has one."""

    id: UUID
    key: LadderKey
    correlation_id: str | None
    expiry_at: datetime | None


@dataclass(frozen=True, slots=True)
class ArmedStep:
    """A step that was not fired yet, with the id of its reminder."""

    reminder_id: UUID
    step: Step


async def peek(session: AsyncSession) -> tuple[datetime, datetime | None]:
    """The database's time and the earliest armed step: all that an idle tick asks."""
    row = (await session.execute(PEEK)).one()
    return row.now, row.next_due_at


async def claim(session: AsyncSession, now: datetime, limit: int) -> list[Claimed]:
    """Locks the ladders with the oldest due steps; those that others hold are skipped."""
    rows = await session.execute(CLAIM, {"now": now, "limit": limit})
    return [
        Claimed(
            row.id,
            LadderKey(kind=row.kind, subject_id=row.subject_id, firm_id=row.firm_id, epoch=row.epoch),
            row.correlation_id,
            row.expiry_due_at,
        )
        for row in rows
    ]


async def armed_steps(session: AsyncSession, ladder_ids: Sequence[UUID]) -> dict[UUID, list[ArmedStep]]:
    """The armed reminders of each ladder, due or not, in order."""
    steps: dict[UUID, list[ArmedStep]] = {ladder_id: [] for ladder_id in ladder_ids}
    for row in await session.execute(ARMED_STEPS, {"ladders": list(ladder_ids)}):
        steps[row.ladder_id].append(ArmedStep(row.id, Step(row.step, row.due_at)))
    return steps


async def record(
    session: AsyncSession, now: datetime, steps: dict[UUID, ReminderState], ladders: dict[UUID, Advance]
) -> None:
    """Writes what became of steps and ladders, two statements for any number of them."""
    await session.execute(
        RECORD_STEPS, {"now": now, "ids": list(steps), "states": [state.value for state in steps.values()]}
    )
    await session.execute(
        RECORD_LADDERS,
        {
            "now": now,
            "finished": LadderState.FINISHED.value,
            "ids": list(ladders),
            "next_due": [advanced.next_due_at for advanced in ladders.values()],
            "expired": [advanced.expiry_fired is not None for advanced in ladders.values()],
        },
    )
