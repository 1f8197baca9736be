"""The rules of ladders (R1 to R4) as pure functions: when steps are due, which overdue one is mailed, who may arm.

A ladder has reminders and may have one expiry: its last step, without a mail, which fires for itself beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

INVITATION = "invitation"


class LadderState(StrEnum):
    """A ladder is armed while a step is to come; it ends stopped (R3) or finished.

    Its reminders never come back (R2); a finished one is armed again when its expiry moves to a later time (I8).
    """

    ARMED = "armed"
    STOPPED = "stopped"
    FINISHED = "finished"


class ReminderState(StrEnum):
    """A step is armed until it is fired, overtaken by a later one (R4) or cancelled with its ladder (R3)."""

    ARMED = "armed"
    FIRED = "fired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class ExpiryState(StrEnum):
    """The last step is armed until it is fired or its ladder stops."""

    ARMED = "armed"
    FIRED = "fired"
    CANCELLED = "cancelled"


class StopReason(StrEnum):
    """Why a ladder stopped, as others read it in `LadderStopped`; identity cancels ladders with reasons of its own."""

    ACTIVATED = "account_activated"
    ERASED = "account_erased"
    REVOKED = "invitation_revoked"
    DECLINED = "invitation_declined"
    EXPIRED = "invitation_expired"
    UNDELIVERABLE = "undeliverable"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a ladder, counted from 1."""

    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Advance:
    """What becomes of a ladder at one moment: at most one reminder is fired, those it overtook are skipped (R4).

    `expiry_fired` is when the expiry was due that is fired as well; the two of `next_` are what is still to come.
    """

    fired: Step | None
    skipped: tuple[Step, ...]
    next_reminder_at: datetime | None
    expiry_fired: datetime | None = None
    next_expiry_at: datetime | None = None

    @property
    def next_due_at(self) -> datetime | None:
        """When the ladder is to be looked at again; None when it is finished."""
        return self.next_reminder_at or self.next_expiry_at


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier or later ladder of the same person and firm, or this one; `started` is false for a mere tombstone.

    A finished ladder may be `stopped` too: then its expiry does not come back.
    """

    epoch: int
    state: LadderState
    started: bool
    stopped: bool = False
    next_due_at: datetime | None = None
    expiry_at: datetime | None = None


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


def expiry_of(sent_at: datetime, steps: Sequence[Step], expiry: timedelta | None) -> datetime | None:
    """When the ladder's last step is due, if it has one: after every reminder (R4).

    Raises ValueError for one that a reminder could follow, OverflowError for times beyond the calendar.
    """
    if expiry is None:
        return None
    due_at = sent_at.astimezone(UTC) + expiry
    if due_at <= steps[-1].due_at:
        raise ValueError("the expiry of a ladder comes after its reminders")
    return due_at


def expiry_state(ladder: LadderState, fired_at: datetime | None) -> ExpiryState:
    """What became of a ladder's expiry."""
    if fired_at is not None:
        return ExpiryState.FIRED
    return ExpiryState.ARMED if ladder is LadderState.ARMED else ExpiryState.CANCELLED


def advance(armed: Iterable[Step], now: datetime, expiry_at: datetime | None = None) -> Advance:
    """Of the overdue reminders the latest is fired, however late, and the others are skipped (R4). `armed` is in order.

    An expiry that is overdue is fired beside them, overtakes none and is overtaken by none; `expiry_at` is empty for
    a ladder that has none to come.
    """
    due: list[Step] = []
    to_come: list[Step] = []
    for step in armed:
        (due if step.due_at <= now else to_come).append(step)
    expires = expiry_at is not None and expiry_at <= now and not to_come
    return Advance(
        fired=due[-1] if due else None,
        skipped=tuple(due[:-1]),
        next_reminder_at=to_come[0].due_at if to_come else None,
        expiry_fired=expiry_at if expires else None,
        next_expiry_at=None if expires else expiry_at,
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


def extension(
    epoch: int, known: Sequence[Known], subject_stop: StopReason | None, expires_at: datetime
) -> datetime | None:
    """When ladder `epoch` is due next, its expiry having moved to `expires_at` (I8); None when that changes nothing.

    A ladder that was stopped or followed by a later one has no expiry to move, and a time that is older than the known
    one was overtaken on its way.
    """
    itself = next((ladder for ladder in known if ladder.epoch == epoch), None)
    if itself is None or subject_stop is not None or any(ladder.epoch > epoch for ladder in known):
        return None
    if itself.stopped or itself.expiry_at is None or expires_at <= itself.expiry_at:
        return None
    reminders_wait = itself.next_due_at is not None and itself.next_due_at < itself.expiry_at
    return itself.next_due_at if reminders_wait else expires_at
