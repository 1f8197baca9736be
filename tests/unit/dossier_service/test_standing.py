"""Which place counts when somebody stands in a dossier in more than one way, and who sees it at all (A13, A14)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import Action, GrantState, Party, Section, Standing, decide
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.firms.domain import StaffRole
from event_contracts.people import Right

StandingWith = Callable[..., Standing]
GrantWith = Callable[..., Any]


def test_a10_an_offered_grant_opens_nothing_and_says_why(standing_with: StandingWith, grant_with: GrantWith) -> None:
    decision = decide(
        standing_with(grants=(grant_with(state=GrantState.OFFERED),)), Section.ASSET_INVENTORY, Action.READ
    )

    assert (decision.allowed, decision.rule, decision.code) == (False, "A10", "grant_not_active")


def test_the_stronger_of_two_active_grants_counts(standing_with: StandingWith, grant_with: GrantWith) -> None:
    standing = standing_with(grants=(grant_with(right=Right.READ), grant_with(right=Right.WRITE)))

    assert decide(standing, Section.ASSET_INVENTORY, Action.WRITE).allowed


def test_a7_who_is_adviser_and_family_may_what_either_may(standing_with: StandingWith, grant_with: GrantWith) -> None:
    adviser = grant_with(role=PersonRole.ADVISER, right=Right.WRITE)
    family = grant_with(role=PersonRole.FAMILY, right=Right.READ, grant_id=UUID(int=10))
    standing = standing_with(grants=(adviser, family))

    assert decide(standing, Section.CLIENT_RECORD, Action.READ).grant == family
    assert decide(standing, Section.ASSET_INVENTORY, Action.WRITE).grant == adviser
    assert not decide(standing, Section.REPORTS, Action.CREATE).allowed


def test_an_offered_write_does_not_strengthen_an_active_read(
    standing_with: StandingWith, grant_with: GrantWith
) -> None:
    offered = grant_with(right=Right.WRITE, state=GrantState.OFFERED)
    standing = standing_with(grants=(offered, grant_with(right=Right.READ)))

    assert not decide(standing, Section.ASSET_INVENTORY, Action.WRITE).allowed


def test_staff_who_are_family_too_act_as_staff(standing_with: StandingWith, grant_with: GrantWith) -> None:
    standing = standing_with(party=Party.TEAM, grants=(grant_with(),))

    assert standing.party is Party.TEAM
    assert decide(standing, Section.BILLING_ACCOUNT, Action.READ).allowed


def test_an_administrator_with_a_grant_of_their_own_opens_what_the_grant_opens(
    standing_with: StandingWith, grant_with: GrantWith
) -> None:
    grant = grant_with(role=PersonRole.HOLDER)
    standing = standing_with(role=StaffRole.ADMINISTRATOR, grants=(grant,))

    assert decide(standing, Section.ASSET_INVENTORY, Action.READ).grant == grant


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("manager", True),
        ("team", True),
        ("administrator", True),
        ("colleague", False),
        ("holder", True),
        ("family_read", True),
    ],
)
def test_a13_a14_who_sees_that_a_dossier_exists(everybody: dict[str, Standing], name: str, visible: bool) -> None:
    assert everybody[name].visible is visible


def test_a13_somebody_whose_grant_is_not_active_does_not_see_the_dossier(
    standing_with: StandingWith, grant_with: GrantWith
) -> None:
    assert not standing_with(grants=(grant_with(state=GrantState.OFFERED),)).visible
