"""Who is told of what (A12, M8, I9, I11), row by row, and when a day's summary is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from dossier_service.notices.domain import TOLD, is_told, last_summary
from event_contracts.firms import NoticeAudience, NoticeKind

BRUSSELS = ZoneInfo("Europe/Brussels")
WHO_HEARS = {
    #                     holder, manager, the person
    "offered": (True, True, False),
    "changed": (True, True, False),
    "withdrawn": (True, True, False),
    "lapsed": (True, False, False),
    "activated": (True, True, False),
    "declined": (True, True, False),
    "left": (True, True, False),
    "undeliverable": (False, True, False),
    "not_joined": (False, True, False),
    "deactivated": (False, False, True),
    "reactivated": (False, False, True),
    "contact_differs": (False, False, True),
    "closed": (False, False, True),
    "reopened": (False, False, True),
    "handed_over": (False, True, False),
    "change_submitted": (False, True, False),
    "change_applied": (False, False, True),
    "change_rejected": (False, False, True),
}


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a12_m8_who_hears_of_what(kind: NoticeKind) -> None:
    audiences = (NoticeAudience.HOLDER, NoticeAudience.MANAGER, NoticeAudience.PERSON)

    assert tuple(is_told(audience, kind) for audience in audiences) == WHO_HEARS[kind]


def test_a12_m8_every_kind_of_news_has_its_row() -> None:
    assert set(TOLD) == set(NoticeKind)


@pytest.mark.parametrize(
    ("now", "summary"),
    [
        ("2026-11-22T06:00:00+00:00", "2026-11-22T06:00:00+00:00"),
        ("2026-11-22T05:59:59+00:00", "2026-11-21T06:00:00+00:00"),
        ("2026-11-22T23:30:00+00:00", "2026-11-22T06:00:00+00:00"),
        ("2026-07-01T05:00:00+00:00", "2026-07-01T05:00:00+00:00"),
        # The nights in which the clocks change: seven o'clock is seven o'clock.
        ("2026-03-29T04:30:00+00:00", "2026-03-28T06:00:00+00:00"),
        ("2026-03-29T05:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("2026-10-25T05:30:00+00:00", "2026-10-24T05:00:00+00:00"),
        ("2026-10-25T06:00:00+00:00", "2026-10-25T06:00:00+00:00"),
    ],
)
def test_m8_the_last_summary_went_out_at_seven_of_the_zones_clock(now: str, summary: str) -> None:
    due = last_summary(datetime.fromisoformat(now), 7, BRUSSELS)

    assert due == datetime.fromisoformat(summary)
    assert due.utcoffset() == datetime.now(UTC).utcoffset()
