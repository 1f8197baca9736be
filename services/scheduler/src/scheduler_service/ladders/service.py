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
    StopReason,
    arming,
    expiry_of,
    extension,
    steps_of,
)
from scheduler_service.ladders.events import key_of, ladder_armed, ladder_stopped
from scheduler_service.ladders.tables import Ladder, Reminder

WAKE_TICKER = "ladder_due"


async def arm(uow: UnitOfWork, start: LadderStart, sent_at: datetime, wake_before: timedelta) -> None:
    """The first mail was sent at `sent_at`: its ladder stands, with its expiry (R1, R4), unless its stop came first.

    The ticker is woken for a step that is due within `wake_before`; later ones it finds by itself.
    """
    key, steps = start.ladder, steps_of(sent_at, start.policy.offsets)
    expiry_at = expiry_of(sent_at, steps, start.policy.expiry)
    subject_stop = await repository.lock_subject(uow.session, key.kind, key.subject_id)
    ladders = await repository.ladders_of(uow.session, key)
    decided = arming(key.epoch, _known(ladders), subject_stop)
    if decided is None:
        return
    superseded = [ladder for ladder in ladders if ladder.epoch < key.epoch and ladder.state is LadderState.ARMED]
    await _stop(uow, superseded, StopReason.SUPERSEDED)
    if decided.state is LadderState.ARMED:
        next_due_at = steps[0].due_at
        ladder = await _add(
            uow, key, LadderState.ARMED, started_at=sent_at, next_due_at=next_due_at, expiry_at=expiry_at
        )
        await repository.add_steps(uow.session, ladder.id, steps, ReminderState.ARMED)
        uow.outbox.add(ladder_armed(key, next_due_at))
        await _wake_for(uow, next_due_at, wake_before)
        return
    ladder = await _start_stopped(uow, key, decided.reason, sent_at, expiry_at, ladders)
    await repository.add_steps(uow.session, ladder.id, steps, ReminderState.CANCELLED)


async def stop(uow: UnitOfWork, key: LadderKey, reason: str) -> None:
    """Stops one ladder (R3). One that is not known yet is stopped before it starts; one that ended stays as it is.

    One that finished only notes the reason, so that an extension said before and heard of later finds it stopped.
    """
    await repository.lock_subject(uow.session, key.kind, key.subject_id)
    ladders = await repository.ladders_of(uow.session, key)
    itself = next((ladder for ladder in ladders if ladder.epoch == key.epoch), None)
    if itself is None:
        await _add(uow, key, LadderState.STOPPED, reason=reason)
        uow.outbox.add(ladder_stopped(key, reason))
    elif itself.state is LadderState.ARMED:
        await _stop(uow, [itself], reason)
    elif itself.state is LadderState.FINISHED:
        await repository.note_stop(uow.session, itself.id, reason)


async def extend(uow: UnitOfWork, key: LadderKey, expires_at: datetime, wake_before: timedelta) -> None:
    """The invitation outlives its ladder's expiry: the step moves (I8). What ended the ladder has ended that too."""
    subject_stop = await repository.lock_subject(uow.session, key.kind, key.subject_id)
    ladders = await repository.ladders_of(uow.session, key)
    next_due_at = extension(key.epoch, _known(ladders), subject_stop, expires_at)
    if next_due_at is None:
        return
    itself = next(ladder for ladder in ladders if ladder.epoch == key.epoch)
    await repository.move_expiry(uow.session, itself.id, expires_at, next_due_at)
    await _wake_for(uow, next_due_at, wake_before)


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


def _known(ladders: Sequence[Ladder]) -> list[Known]:
    return [
        Known(
            epoch=ladder.epoch,
            state=ladder.state,
            started=ladder.started_at is not None,
            stopped=ladder.stop_reason is not None,
            next_due_at=ladder.next_due_at,
            expiry_at=ladder.expiry_due_at,
        )
        for ladder in ladders
    ]


async def _wake_for(uow: UnitOfWork, due_at: datetime, wake_before: timedelta) -> None:
    if due_at <= await uow.now() + wake_before:
        uow.wake(WAKE_TICKER)


async def _start_stopped(
    uow: UnitOfWork,
    key: LadderKey,
    reason: StopReason | None,
    sent_at: datetime,
    expiry_at: datetime | None,
    ladders: Sequence[Ladder],
) -> Ladder:
    """Leaves the ladder as if it had been armed and then stopped, so that the order of messages is no difference."""
    if reason is not None:
        uow.outbox.add(ladder_stopped(key, reason))
    tombstone = next((ladder for ladder in ladders if ladder.epoch == key.epoch), None)
    if tombstone is not None:
        await repository.start_tombstone(uow.session, tombstone.id, sent_at, expiry_at)
        return tombstone
    return await _add(uow, key, LadderState.STOPPED, reason=reason, started_at=sent_at, expiry_at=expiry_at)


async def _add(
    uow: UnitOfWork,
    key: LadderKey,
    state: LadderState,
    *,
    reason: str | None = None,
    started_at: datetime | None = None,
    next_due_at: datetime | None = None,
    expiry_at: datetime | None = None,
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
        expiry_due_at=expiry_at,
    )
    await repository.add_ladder(uow.session, ladder)
    return ladder


async def _stop(uow: UnitOfWork, ladders: Sequence[Ladder], reason: str) -> None:
    if not ladders:
        return
    await repository.stop(uow.session, [ladder.id for ladder in ladders], reason, await uow.now())
    for ladder in ladders:
        uow.outbox.add(ladder_stopped(key_of(ladder), reason))
