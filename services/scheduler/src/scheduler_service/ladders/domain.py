"""The rules of ladders (R1 to R4) as pure functions: when steps are due, which overdue one is mailed, who may arm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

INVITATION = "invitation"


class LadderState(StrEnum):
    """A ladder is armed while a step is to come; it ends stopped (R3) or finished, and never comes back (R2)."""

    ARMED = "armed"
    STOPPED = "stopped"
    FINISHED = "finished"


class ReminderState(StrEnum):
    """A step is armed until it is fired, overtaken by a later one (R4) or cancelled with its ladder (R3)."""

    ARMED = "armed"
    FIRED = "fired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class StopReason(StrEnum):
    """Why a ladder stopped, as others read it in `LadderStopped`."""

    ACTIVATED = "account_activated"
    REVOKED = "invitation_revoked"
    UNDELIVERABLE = "undeliverable"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a ladder, counted from 1."""

    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Advance:
    """What becomes of a ladder at one moment: at most one step is fired, those it overtook are skipped (R4)."""

    fired: Step | None
    skipped: tuple[Step, ...]
    next_due_at: datetime | None

    @property
    def finished(self) -> bool:
        return self.next_due_at is None


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier or later ladder of the same person and firm, or this one; `started` is false for a mere tombstone."""

    epoch: int
    state: LadderState
    started: bool


@dataclass(frozen=True, slots=True)
class Arming:
    """What a first mail's being sent does to its ladder; stopped without a reason: its own stop came and was told."""

    state: LadderState
    reason: StopReason | None = None


def steps_of(sent_at: datetime, offsets: Sequence[timedelta]) -> tuple[Step, ...]:
    """The steps of a ladder: absolute durations after the first mail (R1). Offsets must be positive and rising.

    Raises ValueError for offsets that are not, OverflowError for times beyond the calendar.
    """
    # In UTC, because Python adds a duration to a local time by the wall clock: an hour off across a change of DST.
    start = sent_at.astimezone(UTC)
    steps = tuple(Step(number, start + offset) for number, offset in enumerate(offsets, start=1))
    times = [start, *(step.due_at for step in steps)]
    if not steps or any(later <= earlier for earlier, later in pairwise(times)):
        raise ValueError("the offsets of a ladder are positive and strictly rising")
    return steps


def advance(armed: Iterable[Step], now: datetime) -> Advance:
    """Of the overdue steps the latest is fired, however late, and the others are skipped (R4). `armed` is in order."""
    due: list[Step] = []
    to_come: list[Step] = []
    for step in armed:
        (due if step.due_at <= now else to_come).append(step)
    return Advance(
        fired=due[-1] if due else None,
        skipped=tuple(due[:-1]),
        next_due_at=to_come[0].due_at if to_come else None,
    )


def arming(epoch: int, known: Sequence[Known], subject_stop: StopReason | None) -> Arming | None:
    """How the ladder `epoch` starts among the `known` ones of its person and firm; None when it has started already.

    There is one ladder per person and firm (R2): a later one supersedes it. A stop that came first holds (R3).
    """
    itself = next((ladder for ladder in known if ladder.epoch == epoch), None)
    if itself is not None:
        return None if itself.started else Arming(LadderState.STOPPED)
    if subject_stop is not None:
        return Arming(LadderState.STOPPED, subject_stop)
    if any(ladder.epoch > epoch for ladder in known):
        return Arming(LadderState.STOPPED, StopReason.SUPERSEDED)
    return Arming(LadderState.ARMED)
