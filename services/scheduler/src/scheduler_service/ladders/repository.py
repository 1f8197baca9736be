"""Every statement about ladders outside the ticker. Who arms or stops holds the subject's lock, then ladders by id."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from event_contracts.people import LadderKey
from service_kit.ids import new_id
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from scheduler_service.ladders.domain import LadderState, ReminderState, Step, StopReason
from scheduler_service.ladders.tables import Ladder, LadderSubject, Reminder


async def lock_subject(session: AsyncSession, kind: str, subject_id: UUID) -> StopReason | None:
    """Takes the subject's lock, making its row if needed; returns why all its ladders are stopped, if they are."""
    statement = upsert(LadderSubject).values(kind=kind, subject_id=subject_id)
    locked = statement.on_conflict_do_update(
        index_elements=["kind", "subject_id"], set_={"kind": statement.excluded.kind}
    ).returning(col(LadderSubject.stop_reason))
    reason = (await session.execute(locked)).scalar_one()
    return StopReason(reason) if reason is not None else None


async def stop_subject(session: AsyncSession, kind: str, subject_id: UUID, reason: StopReason, now: datetime) -> None:
    """Takes the subject's lock and leaves its tombstone; the first reason stays."""
    statement = upsert(LadderSubject).values(kind=kind, subject_id=subject_id, stop_reason=reason.value, stopped_at=now)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "subject_id"],
            set_={
                "stop_reason": func.coalesce(col(LadderSubject.stop_reason), statement.excluded.stop_reason),
                "stopped_at": func.coalesce(col(LadderSubject.stopped_at), statement.excluded.stopped_at),
            },
        )
    )


async def ladders_of(session: AsyncSession, key: LadderKey) -> Sequence[Ladder]:
    """All ladders of the key's person and firm, whatever their epoch, locked."""
    statement = (
        select(Ladder)
        .where(col(Ladder.kind) == key.kind, col(Ladder.subject_id) == key.subject_id)
        .where(col(Ladder.firm_id) == key.firm_id)
        .order_by(col(Ladder.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def armed_of_subject(session: AsyncSession, kind: str, subject_id: UUID) -> Sequence[Ladder]:
    """The armed ladders of a subject at all firms, locked."""
    statement = (
        select(Ladder)
        .where(col(Ladder.kind) == kind, col(Ladder.subject_id) == subject_id)
        .where(col(Ladder.state) == LadderState.ARMED)
        .order_by(col(Ladder.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def add_ladder(session: AsyncSession, ladder: Ladder) -> None:
    """Inserts a ladder at once, so that its reminders can follow."""
    await session.execute(insert(Ladder).values(ladder.model_dump()))


async def start_tombstone(
    session: AsyncSession, ladder_id: UUID, sent_at: datetime, expiry_due_at: datetime | None
) -> None:
    """Notes that the start of a ladder, which was stopped before, came after all."""
    started = {"started_at": sent_at, "expiry_due_at": expiry_due_at}
    await session.execute(update(Ladder).where(col(Ladder.id) == ladder_id).values(started))


async def add_steps(session: AsyncSession, ladder_id: UUID, steps: Sequence[Step], state: ReminderState) -> None:
    rows = [
        {"id": new_id(), "ladder_id": ladder_id, "step": step.number, "due_at": step.due_at, "state": state}
        for step in steps
    ]
    await session.execute(insert(Reminder), rows)


async def stop(session: AsyncSession, ladder_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """Stops these ladders, which the caller has locked, and cancels what they still had to say."""
    await session.execute(
        update(Ladder)
        .where(col(Ladder.id).in_(ladder_ids))
        .values(state=LadderState.STOPPED, stop_reason=str(reason), next_due_at=None, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Reminder)
        .where(col(Reminder.ladder_id).in_(ladder_ids), col(Reminder.state) == ReminderState.ARMED)
        .values(state=ReminderState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


async def note_stop(session: AsyncSession, ladder_id: UUID, reason: str) -> None:
    """Notes on a ladder that has finished what would have stopped it; the first reason stays."""
    await session.execute(
        update(Ladder)
        .where(col(Ladder.id) == ladder_id, col(Ladder.stop_reason).is_(None))
        .values(stop_reason=str(reason))
        .execution_options(synchronize_session=False)
    )


async def move_expiry(session: AsyncSession, ladder_id: UUID, expires_at: datetime, next_due_at: datetime) -> None:
    """Arms a ladder's expiry for a later time, whether or not it was fired for the earlier one."""
    await session.execute(
        update(Ladder)
        .where(col(Ladder.id) == ladder_id)
        .values(
            state=LadderState.ARMED,
            next_due_at=next_due_at,
            ended_at=None,
            expiry_due_at=expires_at,
            expiry_fired_at=None,
        )
        .execution_options(synchronize_session=False)
    )


async def page(session: AsyncSession, subject_id: UUID, after: UUID | None, limit: int) -> Sequence[Ladder]:
    """The ladders of a subject, oldest first, one more than `limit` when there is a next page."""
    statement = select(Ladder).where(col(Ladder.subject_id) == subject_id)
    if after is not None:
        statement = statement.where(col(Ladder.id) > after)
    return (await session.execute(statement.order_by(col(Ladder.id)).limit(limit + 1))).scalars().all()


async def steps_of_ladders(session: AsyncSession, ladder_ids: Sequence[UUID]) -> Sequence[Reminder]:
    """All steps of these ladders, in order."""
    statement = select(Reminder).where(col(Reminder.ladder_id).in_(ladder_ids)).order_by(col(Reminder.step))
    return (await session.execute(statement)).scalars().all()
