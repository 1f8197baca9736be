"""Who is told of what, and when a daily summary is due (A12, M8, I9); pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from event_contracts.firms import NoticeAudience, NoticeKind

_HOLDER, _MANAGER, _PERSON = NoticeAudience.HOLDER, NoticeAudience.MANAGER, NoticeAudience.PERSON

TOLD: Mapping[NoticeKind, frozenset[NoticeAudience]] = MappingProxyType(
    {
        NoticeKind.OFFERED: frozenset({_HOLDER, _MANAGER}),
        NoticeKind.CHANGED: frozenset({_HOLDER, _MANAGER}),
        NoticeKind.WITHDRAWN: frozenset({_HOLDER, _MANAGER}),
        NoticeKind.LAPSED: frozenset({_HOLDER}),
        NoticeKind.ACTIVATED: frozenset({_HOLDER, _MANAGER}),
        NoticeKind.DECLINED: frozenset({_HOLDER, _MANAGER}),
        NoticeKind.LEFT: frozenset({_HOLDER, _MANAGER}),
        NoticeKind.UNDELIVERABLE: frozenset({_MANAGER}),
        NoticeKind.NOT_JOINED: frozenset({_MANAGER}),
        NoticeKind.DEACTIVATED: frozenset({_PERSON}),
        NoticeKind.REACTIVATED: frozenset({_PERSON}),
        NoticeKind.CONTACT_DIFFERS: frozenset({_PERSON}),
        NoticeKind.CLOSED: frozenset({_PERSON}),
        NoticeKind.REOPENED: frozenset({_PERSON}),
        NoticeKind.HANDED_OVER: frozenset({_MANAGER}),
        NoticeKind.CHANGE_SUBMITTED: frozenset({_MANAGER}),
        NoticeKind.CHANGE_APPLIED: frozenset({_PERSON}),
        NoticeKind.CHANGE_REJECTED: frozenset({_PERSON}),
    }
)
"""The one table of A12 (holder), M8 (manager) and of what the person concerned hears (I9, I11).

A manager hears of offers, changes and withdrawals too, for a holder may have made them (A2); of their own, nobody does.
"""


def is_told(audience: NoticeAudience, kind: NoticeKind) -> bool:
    """Whether this kind of news is for this audience at all."""
    return audience in TOLD[kind]


def last_summary(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The latest moment, not after `now`, at which daily summaries go out: every day at `hour` of the zone's clock."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    if today > local:
        today = (today.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=zone)
    return today.astimezone(now.tzinfo)
