"""Ladders as HTTP shows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from scheduler_service.ladders.domain import ExpiryState, LadderState, ReminderState, expiry_state
from scheduler_service.ladders.tables import Ladder, Reminder


class StepOut(BaseModel):
    """One reminder of a ladder."""

    step: int
    due_at: datetime
    state: ReminderState
    fired_at: datetime | None


class ExpiryOut(BaseModel):
    """A ladder's last step, without a mail."""

    due_at: datetime
    state: ExpiryState
    fired_at: datetime | None


class LadderOut(BaseModel):
    """One ladder: its name, its state, when the next reminder is due and what became of each step.

    `stop_reason` of a finished ladder is what ended the waiting afterwards.
    """

    kind: str
    subject_id: UUID
    firm_id: UUID
    epoch: int
    state: LadderState
    stop_reason: str | None
    started_at: datetime | None
    next_due_at: datetime | None
    steps: list[StepOut]
    expiry: ExpiryOut | None


def ladder_out(ladder: Ladder, steps: Sequence[Reminder]) -> LadderOut:
    return LadderOut(
        kind=ladder.kind,
        subject_id=ladder.subject_id,
        firm_id=ladder.firm_id,
        epoch=ladder.epoch,
        state=ladder.state,
        stop_reason=ladder.stop_reason,
        started_at=ladder.started_at,
        next_due_at=next((step.due_at for step in steps if step.state is ReminderState.ARMED), None),
        steps=[StepOut(step=step.step, due_at=step.due_at, state=step.state, fired_at=step.fired_at) for step in steps],
        expiry=_expiry_out(ladder),
    )


def _expiry_out(ladder: Ladder) -> ExpiryOut | None:
    if ladder.expiry_due_at is None:
        return None
    fired_at = ladder.expiry_fired_at
    return ExpiryOut(due_at=ladder.expiry_due_at, state=expiry_state(ladder.state, fired_at), fired_at=fired_at)
