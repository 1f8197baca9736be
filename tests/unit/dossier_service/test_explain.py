"""Who could open a dossier is folded from the journal (A11), and a holder reads their part of it (A12)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import Giver, GiverKind, Hindrance, Party, Standing, why_not_explain
from dossier_service.access.explain.domain import (
    KnownGrant,
    KnownPlace,
    Openers,
    OutsideOpener,
    Recorded,
    from_here,
    mentioned_places,
    openers_of,
    shown_outside,
)
from dossier_service.dossiers.people.domain import PersonRole
from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
ANN, BOB, CID = (UUID(int=number) for number in (11, 12, 13))
GRANT, PERSON, ACCOUNT, BRANCH = (UUID(int=number) for number in (21, 22, 23, 24))
STAFF_GAVE = Giver(GiverKind.STAFF, ANN, "Ann")
HOLDER_GAVE = Giver(GiverKind.HOLDER, UUID(int=31), "Hugo")
KNOWN = KnownGrant(GRANT, PERSON, ACCOUNT, "Léa", PersonRole.FAMILY, STAFF_GAVE)
PLACES = tuple(KnownPlace(place, UUID(int=place.int + 100), name) for place, name in ((ANN, "Ann"), (BOB, "Bob")))
Told = tuple[str, UUID, dict[str, object]]


def facts(*told: Told) -> list[Recorded]:
    """Facts a minute apart, in the order given."""
    return [
        Recorded(START + timedelta(minutes=place), action, subject, {key: str(value) for key, value in details.items()})
        for place, (action, subject, details) in enumerate(told)
    ]


def after(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def joined(place: UUID) -> Told:
    return ("staff_joined", place, {})


OPENED: Told = ("dossier_opened", UUID(int=1), {"client": UUID(int=2), "manager": ANN})
OFFERED: Told = ("grant_offered", GRANT, {"right": "read", "role": "family", "person": PERSON})
ACTIVATED: Told = ("grant_activated", GRANT, {})


def staff_after(*told: Told, created_by: UUID = ANN) -> list[tuple[str, str, int]]:
    """Name, party and the minute since when."""
    openers = openers_of(created_by, [], PLACES, facts(*told))
    return [(one.name, one.party.value, (one.since - START) // timedelta(minutes=1)) for one in openers.staff]


def grant_after(*told: Told, known: KnownGrant = KNOWN) -> OutsideOpener | None:
    outside = openers_of(ANN, [known], [], facts(OPENED, *told)).outside
    return outside[0] if outside else None


class TestStaff:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            pytest.param([], [], id="before it was opened"),
            pytest.param([OPENED], [], id="A14: nobody who has not joined"),
            pytest.param([joined(ANN), OPENED], [("Ann", "manager", 1)], id="A1: the manager, since it was opened"),
            pytest.param([OPENED, joined(ANN)], [("Ann", "manager", 1)], id="or since they joined, if that was later"),
            pytest.param([joined(ANN), OPENED, ("staff_removed", ANN, {})], [], id="A14: not who left the staff"),
            pytest.param([joined(ANN), OPENED, ("staff_erased", ANN, {})], [], id="I13: nor an erased account"),
            pytest.param(
                [joined(ANN), joined(BOB), OPENED, ("team_member_added", BOB, {})],
                [("Ann", "manager", 2), ("Bob", "team", 3)],
                id="A14: the team",
            ),
            pytest.param(
                [joined(BOB), OPENED, ("team_member_added", BOB, {}), ("team_member_removed", BOB, {})],
                [],
                id="A14: no more who was taken out of it",
            ),
            pytest.param(
                [joined(ANN), joined(BOB), OPENED, ("dossier_handed_over", BOB, {})],
                [("Bob", "manager", 3), ("Ann", "team", 3)],
                id="A1: the manager before stays in the team",
            ),
            pytest.param(
                [joined(BOB), OPENED, ("team_member_added", BOB, {}), ("dossier_handed_over", BOB, {})],
                [("Bob", "manager", 3)],
                id="A1: who was in the team is so no more",
            ),
            pytest.param(
                [joined(ANN), joined(BOB), OPENED, ("staff_erased", ANN, {}), ("dossier_handed_over", BOB, {})],
                [("Bob", "manager", 4)],
                id="A14: a manager who left the staff does not come into the team",
            ),
            pytest.param(
                [
                    OPENED,
                    ("staff_invitation_moved", ANN, {}),
                    ("staff_place_taken_over", ANN, {"to": BOB}),
                    joined(BOB),
                ],
                [("Bob", "manager", 3)],
                id="I9: a corrected place takes over what the old one had",
            ),
            pytest.param(
                [
                    joined(ANN),
                    OPENED,
                    ("team_member_added", CID, {}),
                    ("staff_place_taken_over", CID, {"to": BOB}),
                    joined(BOB),
                ],
                [("Ann", "manager", 1), ("Bob", "team", 4)],
                id="I9: in the team too",
            ),
        ],
    )
    def test_who_of_the_staff_could_open_it(self, told: list[Told], expected: list[Any]) -> None:
        assert staff_after(*told) == expected

    def test_a14_a_creator_who_names_another_manager_is_in_the_team(self) -> None:
        told = (joined(ANN), joined(BOB), OPENED)

        assert staff_after(*told, created_by=BOB) == [("Ann", "manager", 2), ("Bob", "team", 2)]

    def test_each_rests_on_its_rule(self) -> None:
        openers = openers_of(BOB, [], PLACES, facts(joined(ANN), joined(BOB), OPENED))

        assert [one.rule for one in openers.staff] == ["A1", "A14"]

    def test_the_places_that_facts_speak_of_are_found_step_by_step(self) -> None:
        told = facts(OPENED, ("team_member_added", CID, {}), ("staff_place_taken_over", CID, {"to": BOB}), ACTIVATED)

        assert mentioned_places(ANN, told) == {ANN, BOB, CID}


class TestGrants:
    @pytest.mark.parametrize(
        ("told", "since"),
        [
            pytest.param([OFFERED], None, id="A10: an offer opens nothing"),
            pytest.param([OFFERED, ACTIVATED], 2, id="A10: an active grant does, since it was activated"),
            *(
                pytest.param([OFFERED, ACTIVATED, (f"grant_{how}", GRANT, {})], None, id=f"A10: not after it was {how}")
                for how in ("withdrawn", "declined", "left", "left_by_erasure", "lapsed", "moved")
            ),
            pytest.param([OFFERED, ("grant_withdrawn", GRANT, {}), ACTIVATED], None, id="A10: withdrawn stays so"),
            pytest.param([OFFERED, ACTIVATED, ("asset_added", GRANT, {})], 2, id="what opens nothing is passed over"),
        ],
    )
    def test_when_a_grant_could_open_it(self, told: list[Told], since: int | None) -> None:
        opener = grant_after(*told)

        assert (opener.since if opener else None) == (None if since is None else after(since))

    def test_a10_the_right_is_the_one_of_that_moment(self) -> None:
        raised: Told = ("grant_changed", GRANT, {"previous_right": "read", "right": "write"})
        opener = grant_after(OFFERED, ACTIVATED, raised)

        assert opener is not None
        assert (opener.right, opener.since, opener.party) == (Right.WRITE, after(2), Party.FAMILY)

    @pytest.mark.parametrize(("giver", "rule"), [(STAFF_GAVE, "A1"), (HOLDER_GAVE, "A2")])
    def test_a11_who_gave_it_tells_the_rule(self, giver: Giver, rule: str) -> None:
        opener = grant_after(OFFERED, ACTIVATED, known=replace(KNOWN, giver=giver))

        assert opener is not None
        assert (opener.giver, opener.rule) == (giver, rule)

    def test_the_role_is_the_one_of_that_moment(self) -> None:
        known = replace(KNOWN, role=PersonRole.CO_HOLDER)
        before = grant_after(OFFERED, ACTIVATED, known=known)
        since = grant_after(OFFERED, ACTIVATED, ("person_changed", PERSON, {"role": "co_holder"}), known=known)

        assert before is not None
        assert since is not None
        assert (before.party, since.party) == (Party.FAMILY, Party.CO_HOLDER)

    def test_a9_limits_are_those_of_that_moment(self) -> None:
        limited: Told = ("grant_offered", GRANT, {"right": "read", "networks": "10.0.0.0/8,::1", "branch": BRANCH})
        freed: Told = ("grant_limited", GRANT, {"right": "write"})
        before, since = grant_after(limited, ACTIVATED), grant_after(limited, ACTIVATED, freed)

        assert before is not None
        assert since is not None
        assert (before.limited, before.networks, before.branch_id) == (True, ("10.0.0.0/8", "::1"), BRANCH)
        assert (since.limited, since.networks, since.branch_id, since.right) == (False, (), None, Right.WRITE)

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ([("portal_user_deactivated", ACCOUNT, {})], (Hindrance.DEACTIVATED,)),
            ([("portal_user_deactivated", ACCOUNT, {}), ("portal_user_reactivated", ACCOUNT, {})], ()),
            ([("portal_user_deactivated", UUID(int=99), {})], ()),
            ([("death_recorded", PERSON, {})], (Hindrance.DECEASED,)),
            ([("death_recorded", PERSON, {}), ("death_taken_back", PERSON, {})], ()),
            (
                [("death_recorded", PERSON, {}), ("portal_user_deactivated", ACCOUNT, {})],
                (Hindrance.DEACTIVATED, Hindrance.DECEASED),
            ),
        ],
    )
    def test_i11_a5_what_hindered_it_then(self, told: list[Told], expected: tuple[Hindrance, ...]) -> None:
        opener = grant_after(OFFERED, ACTIVATED, *told)

        assert opener is not None
        assert opener.hindrances == expected

    @pytest.mark.parametrize("access", list(ClosedAccess))
    def test_a_closed_dossier_says_what_outside_parties_kept_of_it(self, access: ClosedAccess) -> None:
        closed: Told = ("dossier_closed", UUID(int=1), {"access": access})
        reopened: Told = ("dossier_reopened", UUID(int=1), {})

        assert openers_of(ANN, [], [], facts(OPENED, closed)).closed is access
        assert openers_of(ANN, [], [], facts(OPENED, closed, reopened)).closed is None


class TestWhoIsTold:
    OPENER = OutsideOpener(
        GRANT, PERSON, ACCOUNT, "Léa", Party.CLIENT, Right.READ, START, STAFF_GAVE, True, ("192.0.2.0/24",)
    )

    @pytest.mark.parametrize(
        ("who", "rule"),
        [
            ("manager", None),
            ("team", None),
            ("holder", None),
            ("holder_read", None),
            ("co_holder", None),
            ("administrator", "A14"),
            ("family_write", "A12"),
            ("adviser_write", "A12"),
            ("client_write", "A12"),
        ],
    )
    def test_a11_a12_who_may_ask(self, everybody: dict[str, Standing], who: str, rule: str | None) -> None:
        refusal = why_not_explain(everybody[who])

        assert (refusal.rule if refusal else None) == rule

    def test_a12_an_offered_holder_is_not_told(
        self, standing_with: Callable[..., Standing], grant_with: Callable[..., Any]
    ) -> None:
        offered = grant_with(role=PersonRole.HOLDER, state="offered")

        assert why_not_explain(standing_with(grants=(offered,))) is not None

    def test_a12_a_holder_is_told_everybody_without_accounts_and_networks(self) -> None:
        openers = openers_of(ANN, [], PLACES, facts(joined(ANN), OPENED))
        shown = shown_outside(Openers(openers.staff, (self.OPENER,), ClosedAccess.READ_ONLY))

        assert [(one.name, one.account_id) for one in shown.staff] == [("Ann", None)]
        (outside,) = shown.outside
        assert (outside.name, outside.account_id, outside.networks, outside.limited) == ("Léa", None, None, True)
        assert shown.closed is ClosedAccess.READ_ONLY

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("192.0.2.7", ()),
            ("::ffff:192.0.2.7", ()),
            ("192.0.3.7", (Hindrance.ADDRESS,)),
            (None, (Hindrance.ADDRESS,)),
        ],
    )
    def test_a9_one_s_own_grant_says_whether_it_opens_from_here(
        self, address: str | None, expected: tuple[Hindrance, ...]
    ) -> None:
        own = from_here(self.OPENER, address)

        assert (own.hindrances, own.networks, own.limited) == (expected, None, True)
