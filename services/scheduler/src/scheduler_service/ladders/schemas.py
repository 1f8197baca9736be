"""Ladders as HTTP shows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from scheduler_service.ladders.domain import LadderState, ReminderState
from scheduler_service.ladders.tables import Ladder, Reminder


class StepOut(BaseModel):
    """One reminder of a ladder."""

    step: int
    due_at: datetime
    state: ReminderState
    fired_at: datetime | None


class LadderOut(BaseModel):
    """One ladder: its name, its state, what is next and what became of each step."""

    kind: str
    subject_id: UUID
    firm_id: UUID
    epoch: int
    state: LadderState
    stop_reason: str | None
    started_at: datetime | None
    next_due_at: datetime | None
    steps: list[StepOut]


def ladder_out(ladder: Ladder, steps: Sequence[Reminder]) -> LadderOut:
    return LadderOut(
        kind=ladder.kind,
        subject_id=ladder.subject_id,
        firm_id=ladder.firm_id,
        epoch=ladder.epoch,
        state=ladder.state,
        stop_reason=ladder.stop_reason,
        started_at=ladder.started_at,
        next_due_at=ladder.next_due_at,
        steps=[StepOut(step=step.step, due_at=step.due_at, state=step.state, fired_at=step.fired_at) for step in steps],
    )
