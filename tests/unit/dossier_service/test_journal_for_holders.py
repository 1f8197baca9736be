"""What a holder reads of the journal (A12): access, people, plans, closing, and nobody else's words."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from dossier_service.access.domain import MODULES, Section
from dossier_service.access.journal.domain import Entry, Reader, actions_in, for_holder

OWN_ACCOUNT, OWN_GRANT, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
READER = Reader(OWN_ACCOUNT, {OWN_ACCOUNT, OWN_GRANT})
ENTRY = Entry(
    id=UUID(int=9),
    at=datetime(2026, 3, 3, tzinfo=UTC),
    actor_kind="account",
    actor_id=OTHER,
    action="grant_withdrawn",
    subject_kind="grant",
    subject_id=OTHER,
    rule="A1",
    reason="in the firm's own words",
    details={},
    correlation_id="request-1",
)


def read(entry: Entry) -> Entry:
    shown = for_holder(entry, READER)
    assert shown is not None
    return shown


@pytest.mark.parametrize(
    ("action", "is_read"),
    [
        ("adviser_registered", True),
        ("death_recorded", True),
        ("dossier_closed", True),
        ("grant_limited", True),
        ("modules_changed", False),
        ("person_changed", True),
        ("portal_user_deactivated", True),
        ("team_member_added", True),
        ("asset_added", False),
        ("client_record_written", False),
        ("family_structure_written", False),
        ("personal_note_written", False),
        ("something_new", False),
    ],
)
def test_a12_which_facts_a_holder_reads(action: str, *, is_read: bool) -> None:
    assert (for_holder(replace(ENTRY, action=action), READER) is not None) is is_read


@pytest.mark.parametrize(
    ("action", "is_read"),
    [("plan_published", True), ("plan_change_rejected", True), ("plan_created", False), ("plan_written", False)],
)
def test_a7_a_holder_reads_nothing_of_a_plan_before_it_is_published(action: str, *, is_read: bool) -> None:
    assert (for_holder(replace(ENTRY, action=action), READER) is not None) is is_read


def test_a8_of_plans_that_were_left_out_a_holder_reads_nothing() -> None:
    without = Reader(OWN_ACCOUNT, READER.own, actions_in(MODULES - {Section.PLANS}))

    assert for_holder(replace(ENTRY, action="plan_published"), without) is None
    assert for_holder(ENTRY, without) is not None


def test_a12_a_reason_is_read_by_whom_it_is_about_or_by_who_gave_it() -> None:
    about_others, about_self = read(ENTRY), read(replace(ENTRY, subject_id=OWN_GRANT))
    by_self = read(replace(ENTRY, actor_id=OWN_ACCOUNT))

    assert about_others.reason is None
    assert (about_self.reason, by_self.reason) == (ENTRY.reason, ENTRY.reason)


def test_a12_no_request_and_no_detail_that_tells_of_other_dossiers() -> None:
    details = {"right": "read", "new_address": "False", "networks": "192.0.2.0/24", "person": str(OTHER)}
    shown = read(replace(ENTRY, details=details))

    assert shown.correlation_id is None
    assert shown.details == {"right": "read", "person": str(OTHER)}
    assert (shown.id, shown.at, shown.actor_id, shown.rule) == (ENTRY.id, ENTRY.at, ENTRY.actor_id, ENTRY.rule)
