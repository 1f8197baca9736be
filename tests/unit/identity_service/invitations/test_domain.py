"""A10, I2, I5 to I8, R2 to R4, M5: the rules of invitations, links and reminders, as tables."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from event_contracts.identity import AccountState
from event_contracts.people import LONGEST_OFFSET, LadderPolicy
from identity_service.invitations.domain import (
    AccessState,
    ExpiryVerdict,
    InvitationState,
    LinkState,
    NextMail,
    OfferState,
    access_state,
    best_known,
    bounces,
    dead_link,
    expiry,
    expiry_step,
    is_silent,
    judge_expiry,
    link_state,
    next_mail,
    starts_again,
    withheld_reason,
)
from service_kit.errors import Gone

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OFFSETS = (7 * DAY, 30 * DAY)
P, A, R, E = InvitationState.PENDING, InvitationState.ACCEPTED, InvitationState.REVOKED, InvitationState.EXPIRED
D = InvitationState.DECLINED


@dataclass
class Facts:
    state: InvitationState = P
    epoch: int = 1
    ladder_ended: bool = False
    expires_at: datetime = NOW + DAY
    undeliverable_at: datetime | None = None


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
        (Facts(state=D), NextMail(new_invitation=True, epoch=2, first=True)),
    ],
)
def test_i2_r2_one_live_invitation_and_ladder_and_a_new_one_after_its_end(
    latest: Facts | None, expected: NextMail
) -> None:
    assert next_mail(latest, NOW) == expected


def test_i9_a_corrected_offer_restarts_the_ladder_of_a_living_invitation() -> None:
    assert next_mail(Facts(epoch=3), NOW, anew=True) == NextMail(new_invitation=False, epoch=4, first=True)
    assert next_mail(Facts(state=D), NOW, anew=True) == NextMail(new_invitation=True, epoch=2, first=True)


@pytest.mark.parametrize("offsets", [OFFSETS, (timedelta(seconds=3),), (LONGEST_OFFSET,)])
def test_r4_expiry_is_the_ladders_last_step_and_fits_the_contract(offsets: tuple[timedelta, ...]) -> None:
    assert LadderPolicy(offsets=offsets, expiry=expiry_step(offsets)).expiry == max(offsets) + 30 * DAY


@pytest.mark.parametrize(
    ("invitation", "epoch", "verdict"),
    [
        (None, 1, ExpiryVerdict.NOT_ITS_END),
        (Facts(expires_at=NOW), 1, ExpiryVerdict.EXPIRES),
        (Facts(expires_at=NOW - DAY), 1, ExpiryVerdict.EXPIRES),
        (Facts(expires_at=NOW + timedelta(microseconds=1)), 1, ExpiryVerdict.LIVES_LONGER),
        (Facts(expires_at=NOW, epoch=2), 1, ExpiryVerdict.NOT_ITS_END),
        *((Facts(state=state, expires_at=NOW), 1, ExpiryVerdict.NOT_ITS_END) for state in (A, R, E, D)),
    ],
)
def test_r4_a_due_expiry_step_ends_what_it_belongs_to(
    invitation: Facts | None, epoch: int, verdict: ExpiryVerdict
) -> None:
    assert judge_expiry(invitation, epoch, NOW) is verdict


@pytest.mark.parametrize(
    ("invitation", "epoch", "counts"),
    [(Facts(), 1, True), (Facts(), None, True), (Facts(epoch=2), 1, False), (Facts(state=D), 1, False)],
)
def test_m5_a_bounce_of_the_current_ladder_stops_a_pending_invitation(
    invitation: Facts, epoch: int | None, counts: bool
) -> None:
    assert bounces(invitation, epoch) is counts


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
        (D, False, DAY, False, LinkState.DECLINED),
        (D, False, -DAY, True, LinkState.DECLINED),
        (D, True, DAY, False, LinkState.DECLINED),
    ],
)
def test_i6_a_link_says_which_at_once(
    invitation: InvitationState, active: bool, expires_in: timedelta, replaced: bool, state: LinkState
) -> None:
    found = link_state(
        invitation,
        account_active=active,
        anything_offered=True,
        expires_at=NOW + expires_in,
        replaced_at=NOW if replaced else None,
        now=NOW,
    )
    assert found is state


@pytest.mark.parametrize(
    ("invitation", "active", "state"),
    [
        (P, False, LinkState.REVOKED),
        (E, False, LinkState.REVOKED),
        (E, True, LinkState.USED),
        (D, False, LinkState.DECLINED),
    ],
)
def test_i6_a_link_promises_no_fresh_one_when_nothing_is_offered_any_more(
    invitation: InvitationState, active: bool, state: LinkState
) -> None:
    found = link_state(
        invitation, account_active=active, anything_offered=False, expires_at=NOW - DAY, replaced_at=NOW, now=NOW
    )
    assert found is state


@pytest.mark.parametrize("state", [state for state in LinkState if state is not LinkState.PENDING])
def test_i6_a_dead_link_is_gone_with_its_reason_as_code(state: LinkState) -> None:
    error = dead_link(state)
    assert isinstance(error, Gone)
    assert error.code == f"invitation_{state.value}"


WAITS, ACTIVE, ERASED = AccountState.PENDING, AccountState.ACTIVE, AccountState.ERASED


@pytest.mark.parametrize(
    ("account", "invitation", "epoch", "deactivated", "waiting", "suspended", "reason"),
    [
        (WAITS, Facts(), 1, False, 1, 0, None),
        (WAITS, Facts(), 1, False, 3, 0, None),
        (ACTIVE, Facts(state=A), 1, False, 1, 0, "account_active"),
        (ERASED, None, 1, False, 0, 0, "account_erased"),
        (WAITS, None, 1, False, 1, 0, "superseded"),
        (WAITS, Facts(epoch=2), 1, False, 1, 0, "superseded"),
        (WAITS, Facts(state=R), 1, False, 0, 0, "invitation_revoked"),
        (WAITS, Facts(state=D), 1, False, 0, 0, "invitation_declined"),
        (WAITS, Facts(state=E), 1, False, 1, 0, "invitation_expired"),
        (WAITS, Facts(expires_at=NOW), 1, False, 1, 0, "invitation_expired"),
        (WAITS, Facts(), 1, True, 1, 0, "deactivated"),
        (WAITS, Facts(undeliverable_at=NOW), 1, False, 1, 0, "undeliverable"),
        (WAITS, Facts(), 1, False, 0, 0, "nothing_offered"),
        (WAITS, Facts(), 1, False, 2, 1, None),
        (WAITS, Facts(), 1, False, 2, 2, "suspended"),
        (WAITS, Facts(), 1, True, 2, 2, "deactivated"),
    ],
)
def test_r3_a_due_reminder_goes_out_or_says_why_not(
    account: AccountState,
    invitation: Facts | None,
    epoch: int,
    deactivated: bool,
    waiting: int,
    suspended: int,
    reason: str | None,
) -> None:
    found = withheld_reason(
        account=account,
        invitation=invitation,
        epoch=epoch,
        deactivated=deactivated,
        offers_waiting=waiting,
        offers_suspended=suspended,
        now=NOW,
    )
    assert found == reason


@dataclass
class Said:
    state: OfferState
    suspended: bool | None


@pytest.mark.parametrize(
    ("state", "suspended", "silent"),
    [
        (OfferState.OFFERED, True, True),
        (OfferState.OFFERED, False, False),
        (OfferState.OFFERED, None, False),
        (OfferState.OPENED, True, False),
        (OfferState.WITHDRAWN, True, False),
        (OfferState.DECLINED, True, False),
    ],
)
def test_r3_only_an_offer_that_waits_can_be_silenced(state: OfferState, suspended: bool | None, silent: bool) -> None:
    assert is_silent(Said(state, suspended)) is silent


@pytest.mark.parametrize(
    ("latest", "mailed"),
    [
        (Facts(), False),
        (Facts(ladder_ended=True), True),
        (Facts(expires_at=NOW), True),
        (Facts(state=E), True),
        (Facts(ladder_ended=True, undeliverable_at=NOW), False),
        (Facts(state=E, undeliverable_at=NOW), False),
    ],
)
def test_r3_what_waits_again_is_mailed_unless_a_ladder_runs_or_a_mail_bounced(latest: Facts, mailed: bool) -> None:
    assert starts_again(latest, NOW) is mailed


@pytest.mark.parametrize(
    ("state", "left", "seen"),
    [
        (OfferState.OFFERED, None, AccessState.BEING_OPENED),
        (OfferState.OPENED, None, AccessState.OPEN),
        (OfferState.OFFERED, NOW, AccessState.BEING_CLOSED),
        (OfferState.OPENED, NOW, AccessState.BEING_CLOSED),
    ],
)
def test_a10_an_access_is_under_way_until_dossier_has_answered(
    state: OfferState, left: datetime | None, seen: AccessState
) -> None:
    assert access_state(state, left) is seen


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
