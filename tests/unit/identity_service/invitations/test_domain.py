"""I2, I5 to I8, R2, R3: the rules of invitations, links and reminders, as tables."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from identity_service.invitations.domain import (
    InvitationState,
    LinkState,
    NextMail,
    best_known,
    dead_link,
    expiry,
    link_state,
    next_mail,
    withheld_reason,
)
from service_kit.errors import Gone

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OFFSETS = (7 * DAY, 30 * DAY)
P, A, R, E = InvitationState.PENDING, InvitationState.ACCEPTED, InvitationState.REVOKED, InvitationState.EXPIRED


@dataclass
class Facts:
    state: InvitationState = P
    epoch: int = 1
    ladder_ended: bool = False
    expires_at: datetime = NOW + DAY


@pytest.mark.parametrize(
    ("latest", "expected"),
    [
        (None, NextMail(new_invitation=True, epoch=1, first=True)),
        (Facts(), NextMail(new_invitation=False, epoch=1, first=False)),
        (Facts(epoch=3), NextMail(new_invitation=False, epoch=3, first=False)),
        (Facts(ladder_ended=True), NextMail(new_invitation=False, epoch=2, first=True)),
        (Facts(expires_at=NOW), NextMail(new_invitation=True, epoch=2, first=True)),
        (Facts(state=R), NextMail(new_invitation=True, epoch=2, first=True)),
        (Facts(state=E, epoch=4), NextMail(new_invitation=True, epoch=5, first=True)),
        (Facts(state=A), NextMail(new_invitation=True, epoch=2, first=True)),
    ],
)
def test_i2_r2_one_live_invitation_and_ladder_and_a_new_one_after_its_end(
    latest: Facts | None, expected: NextMail
) -> None:
    assert next_mail(latest, NOW) == expected


@pytest.mark.parametrize(
    ("current", "started", "offsets", "days"),
    [
        (None, NOW, OFFSETS, 37),
        (None, NOW, (7 * DAY,), 30),
        (None, NOW, (timedelta(seconds=3), timedelta(seconds=6)), 30),
        (None, NOW, (90 * DAY,), 97),
        (NOW + 20 * DAY, NOW - 30 * DAY, OFFSETS, 30),
        (NOW + 50 * DAY, NOW, OFFSETS, 50),
        (NOW + 12 * DAY, NOW - 25 * DAY, OFFSETS, 30),
    ],
)
def test_i8_expiry_is_30_days_after_the_last_mail_and_a_week_after_the_last_reminder(
    current: datetime | None, started: datetime, offsets: tuple[timedelta, ...], days: int
) -> None:
    assert expiry(current, NOW, started, offsets) == NOW + days * DAY


@pytest.mark.parametrize(
    ("invitation", "active", "expires_in", "replaced", "state"),
    [
        (P, False, DAY, False, LinkState.PENDING),
        (P, False, timedelta(microseconds=1), False, LinkState.PENDING),
        (P, False, timedelta(), False, LinkState.EXPIRED),
        (P, False, DAY, True, LinkState.REPLACED),
        (P, False, -DAY, True, LinkState.REPLACED),
        (E, False, -DAY, False, LinkState.EXPIRED),
        (E, True, -DAY, False, LinkState.USED),
        (A, True, DAY, False, LinkState.USED),
        (A, True, -DAY, True, LinkState.USED),
        (R, False, DAY, False, LinkState.REVOKED),
        (R, False, -DAY, True, LinkState.REVOKED),
        (R, True, DAY, False, LinkState.REVOKED),
    ],
)
def test_i6_a_link_says_which_at_once(
    invitation: InvitationState, active: bool, expires_in: timedelta, replaced: bool, state: LinkState
) -> None:
    found = link_state(
        invitation,
        account_active=active,
        expires_at=NOW + expires_in,
        replaced_at=NOW if replaced else None,
        now=NOW,
    )
    assert found is state


@pytest.mark.parametrize("state", [LinkState.USED, LinkState.REVOKED, LinkState.EXPIRED, LinkState.REPLACED])
def test_i6_a_dead_link_is_gone_with_its_reason_as_code(state: LinkState) -> None:
    error = dead_link(state)
    assert isinstance(error, Gone)
    assert error.code == f"invitation_{state.value}"


@pytest.mark.parametrize(
    ("pending", "invitation", "epoch", "waiting", "reason"),
    [
        (True, Facts(), 1, 1, None),
        (True, Facts(), 1, 3, None),
        (False, Facts(state=A), 1, 1, "account_active"),
        (True, None, 1, 1, "superseded"),
        (True, Facts(epoch=2), 1, 1, "superseded"),
        (True, Facts(state=R), 1, 0, "invitation_revoked"),
        (True, Facts(state=E), 1, 1, "invitation_expired"),
        (True, Facts(expires_at=NOW), 1, 1, "invitation_expired"),
        (True, Facts(), 1, 0, "nothing_offered"),
    ],
)
def test_r3_a_due_reminder_goes_out_or_says_why_not(
    pending: bool, invitation: Facts | None, epoch: int, waiting: int, reason: str | None
) -> None:
    found = withheld_reason(
        account_pending=pending, invitation=invitation, epoch=epoch, offers_waiting=waiting, now=NOW
    )
    assert found == reason


@dataclass
class Offered:
    firm_id: UUID
    phone: str | None
    offered_at: datetime


def test_a3_the_account_takes_the_newest_data_of_the_firm_whose_link_was_used() -> None:
    ours, theirs = uuid4(), uuid4()
    old = Offered(ours, "+32470000001", NOW)
    new = Offered(ours, "+32470000002", NOW + DAY)
    other = Offered(theirs, "+32470000003", NOW + 2 * DAY)
    assert best_known([old, new, other], ours) == (new, "+32470000002")
    assert best_known([old, new, other], theirs) == (other, "+32470000003")


def test_a3_a_missing_phone_comes_from_another_waiting_offer() -> None:
    ours, theirs = uuid4(), uuid4()
    without = Offered(ours, None, NOW + DAY)
    older = Offered(ours, "+32470000001", NOW)
    other = Offered(theirs, "+32470000003", NOW + 2 * DAY)
    assert best_known([without, older, other], ours) == (without, "+32470000001")
    assert best_known([without, other], ours) == (without, "+32470000003")
    assert best_known([without], ours) == (without, None)
