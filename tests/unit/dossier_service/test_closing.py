"""What outside parties keep of a closed dossier, who is told what, and who hands over all of theirs (A1, A5, A10)."""

from itertools import permutations
from uuid import UUID

import pytest
from dossier_service.access.domain import Refusal
from dossier_service.dossiers.closing.domain import Listener, kept_by, next_access, told
from dossier_service.dossiers.handover.domain import why_not_hand_over_all
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole
from dossier_service.firms.domain import StaffRole
from event_contracts.dossier import ClosedAccess

READ, ENDED = ClosedAccess.READ_ONLY, ClosedAccess.ENDED
ONE, TWO, ACTOR = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("current", "wanted", "following"),
    [
        (None, READ, READ),
        (None, ENDED, ENDED),
        (READ, READ, None),
        (ENDED, ENDED, None),
        (READ, ENDED, ENDED),
    ],
)
def test_a_dossier_is_closed_once_and_reading_may_end_later(
    current: ClosedAccess | None, wanted: ClosedAccess, following: ClosedAccess | None
) -> None:
    assert next_access(current, wanted) is following


def test_a10_what_has_ended_does_not_come_back_by_closing() -> None:
    refusal = next_access(ENDED, READ)

    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.code, refusal.rule) == ("conflict", "outside_access_ended", "A10")


@pytest.mark.parametrize("role", PersonRole)
@pytest.mark.parametrize("access", ClosedAccess)
def test_a5_a_holder_reads_in_any_case(access: ClosedAccess, role: PersonRole) -> None:
    assert kept_by(access, role) is (READ if role in CENTRAL_ROLES else access)


def test_everybody_hears_what_they_keep_and_who_did_it_hears_nothing() -> None:
    listeners = [Listener(ONE, PersonRole.ADVISER), Listener(TWO, PersonRole.CO_HOLDER), Listener(ACTOR, None)]

    assert told(listeners, ENDED, but=ACTOR) == {ONE: ENDED, TWO: READ}
    assert told(listeners, READ, but=ACTOR) == {ONE: READ, TWO: READ}
    assert told(listeners, ENDED, but=ONE) == {TWO: READ, ACTOR: None}


@pytest.mark.parametrize("order", list(permutations([None, PersonRole.HOLDER, PersonRole.FAMILY])))
def test_an_account_with_several_places_hears_once_by_the_strongest(order: tuple[PersonRole | None, ...]) -> None:
    assert told([Listener(ONE, role) for role in order], ENDED, but=ACTOR) == {ONE: None}


@pytest.mark.parametrize("order", list(permutations([PersonRole.CLIENT, PersonRole.CO_HOLDER])))
def test_a5_who_is_also_a_holder_goes_on_reading(order: tuple[PersonRole, ...]) -> None:
    assert told([Listener(ONE, role) for role in order], ENDED, but=ACTOR) == {ONE: READ}


@pytest.mark.parametrize(
    ("caller", "is_manager", "allowed"),
    [
        (StaffRole.ADMINISTRATOR, False, True),
        (StaffRole.ADMINISTRATOR, True, True),
        (StaffRole.ACCOUNTANT, True, True),
        (StaffRole.ACCOUNTANT, False, False),
    ],
)
def test_a1_all_dossiers_are_handed_over_by_an_administrator_or_their_manager(
    caller: StaffRole, is_manager: bool, allowed: bool
) -> None:
    refusal = why_not_hand_over_all(caller, is_manager=is_manager)

    assert (refusal is None) is allowed
    assert refusal is None or (refusal.kind, refusal.rule) == ("forbidden", "A1")
