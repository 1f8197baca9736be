"""From rows of ladders to what scheduler says about them."""

from datetime import datetime

from event_contracts.people import LadderKey
from event_contracts.scheduler import LadderArmed, LadderStopped

from scheduler_service.ladders.tables import Ladder


def key_of(ladder: Ladder) -> LadderKey:
    """The name of a ladder in events."""
    return LadderKey(kind=ladder.kind, subject_id=ladder.subject_id, firm_id=ladder.firm_id, epoch=ladder.epoch)


def ladder_armed(key: LadderKey, next_due_at: datetime) -> LadderArmed:
    return LadderArmed(ladder=key, next_due_at=next_due_at)


def ladder_stopped(key: LadderKey, reason: str) -> LadderStopped:
    return LadderStopped(ladder=key, reason=reason)
