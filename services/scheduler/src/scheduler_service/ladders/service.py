"""Arming, stopping and reading ladders. Messages in any order and any number of times end in the same ladders."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from event_contracts.notifier import LadderStart
from event_contracts.people import LadderKey
from service_kit.context import known_context
from service_kit.db import UnitOfWork

from scheduler_service.ladders import repository
from scheduler_service.ladders.domain import (
    Known,
    LadderState,
    ReminderState,
    Step,
    StopReason,
    arming,
    steps_of,
)
from scheduler_service.ladders.events import key_of, ladder_armed, ladder_stopped
from scheduler_service.ladders.tables import Ladder, Reminder

WAKE_TICKER = "ladder_due"


async def arm(uow: UnitOfWork, start: LadderStart, sent_at: datetime, wake_before: timedelta) -> None:
    """The first mail was sent at `sent_at`: its ladder stands (R1), unless its stop came first.

    The ticker is woken for a step that is due within `wake_before`; later ones it finds by itself.
    """
    key, steps = start.ladder, steps_of(sent_at, start.policy.offsets)
    subject_stop = await repository.lock_subject(uow.session, key.kind, key.subject_id)
    ladders = await repository.ladders_of(uow.session, key)
    known = [Known(ladder.epoch, ladder.state, ladder.started_at is not None) for ladder in ladders]
    decided = arming(key.epoch, known, subject_stop)
    if decided is None:
        return
    superseded = [ladder for ladder in ladders if ladder.epoch < key.epoch and ladder.state is LadderState.ARMED]
    await _stop(uow, superseded, StopReason.SUPERSEDED)
    if decided.state is LadderState.ARMED:
        ladder = await _add(uow, key, LadderState.ARMED, started_at=sent_at, next_due_at=steps[0].due_at)
        await repository.add_steps(uow.session, ladder.id, steps, ReminderState.ARMED)
        uow.outbox.add(ladder_armed(key, steps[0].due_at))
        if steps[0].due_at <= await uow.now() + wake_before:
            uow.wake(WAKE_TICKER)
        return
    tombstone = next((ladder for ladder in ladders if ladder.epoch == key.epoch), None)
    await _start_stopped(uow, key, decided.reason, sent_at, steps, tombstone)


async def stop(uow: UnitOfWork, key: LadderKey, reason: StopReason) -> None:
    """Stops one ladder (R3). One that is not known yet is stopped before it starts; one that ended stays as it is."""
    await repository.lock_subject(uow.session, key.kind, key.subject_id)
    ladders = await repository.ladders_of(uow.session, key)
    itself = [ladder for ladder in ladders if ladder.epoch == key.epoch]
    if not itself:
        await _add(uow, key, LadderState.STOPPED, reason=reason)
        uow.outbox.add(ladder_stopped(key, reason))
    await _stop(uow, [ladder for ladder in itself if ladder.state is LadderState.ARMED], reason)


async def stop_all(uow: UnitOfWork, kind: str, subject_id: UUID, reason: StopReason) -> None:
    """Stops every ladder of a subject at all firms (R3), also those whose start is still on its way."""
    await repository.stop_subject(uow.session, kind, subject_id, reason, await uow.now())
    await _stop(uow, await repository.armed_of_subject(uow.session, kind, subject_id), reason)


async def ladders_page(
    uow: UnitOfWork, subject_id: UUID, after: UUID | None, limit: int
) -> tuple[Sequence[Ladder], dict[UUID, list[Reminder]]]:
    """Ladders of a subject (one more than `limit` when there are more) and the steps of each."""
    ladders = await repository.page(uow.session, subject_id, after, limit)
    steps: dict[UUID, list[Reminder]] = {ladder.id: [] for ladder in ladders}
    for reminder in await repository.steps_of_ladders(uow.session, list(steps)):
        steps[reminder.ladder_id].append(reminder)
    return ladders, steps


async def _start_stopped(
    uow: UnitOfWork,
    key: LadderKey,
    reason: StopReason | None,
    sent_at: datetime,
    steps: Sequence[Step],
    tombstone: Ladder | None,
) -> None:
    """Leaves the ladder as if it had been armed and then stopped, so that the order of messages is no difference."""
    if tombstone is not None:
        await repository.start_tombstone(uow.session, tombstone.id, sent_at)
    ladder = tombstone or await _add(uow, key, LadderState.STOPPED, reason=reason, started_at=sent_at)
    await repository.add_steps(uow.session, ladder.id, steps, ReminderState.CANCELLED)
    if reason is not None:
        uow.outbox.add(ladder_stopped(key, reason))


async def _add(
    uow: UnitOfWork,
    key: LadderKey,
    state: LadderState,
    *,
    reason: StopReason | None = None,
    started_at: datetime | None = None,
    next_due_at: datetime | None = None,
) -> Ladder:
    context = known_context()
    ladder = Ladder(
        kind=key.kind,
        subject_id=key.subject_id,
        firm_id=key.firm_id,
        epoch=key.epoch,
        state=state,
        stop_reason=reason,
        started_at=started_at,
        next_due_at=next_due_at,
        ended_at=None if state is LadderState.ARMED else await uow.now(),
        correlation_id=context.correlation_id if context else None,
    )
    await repository.add_ladder(uow.session, ladder)
    return ladder


async def _stop(uow: UnitOfWork, ladders: Sequence[Ladder], reason: StopReason) -> None:
    if not ladders:
        return
    await repository.stop(uow.session, [ladder.id for ladder in ladders], reason, await uow.now())
    for ladder in ladders:
        uow.outbox.add(ladder_stopped(key_of(ladder), reason))
