"""Builders for the law's facts: a standing is one keyword away from any other."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import Giver, GiverKind, GrantStanding, GrantState, Party, StaffStanding, Standing
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.firms.domain import StaffRole
from event_contracts.people import Right

MakeGrant = Callable[..., GrantStanding]
MakeStanding = Callable[..., Standing]


def a_grant(
    *,
    role: PersonRole = PersonRole.FAMILY,
    right: Right = Right.READ,
    state: GrantState = GrantState.ACTIVE,
    grant_id: UUID = UUID(int=7),
) -> GrantStanding:
    return GrantStanding(
        grant_id=grant_id,
        person_id=UUID(int=8),
        person_name="Léa Dupont",
        role=role,
        right=right,
        state=state,
        giver=Giver(GiverKind.STAFF, UUID(int=9), "Marc Manager"),
        given_at=datetime(2026, 3, 3, tzinfo=UTC),
    )


def standing(staff: StaffStanding | None = None, *grants: GrantStanding) -> Standing:
    return Standing(UUID(int=1), UUID(int=2), UUID(int=3), staff, grants)


def staff(party: Party | None, role: StaffRole = StaffRole.ACCOUNTANT) -> StaffStanding:
    return StaffStanding(UUID(int=4), role, "Marc Manager", party)


@pytest.fixture
def grant_with() -> MakeGrant:
    """A grant, with whatever differs."""
    return a_grant


@pytest.fixture
def standing_with() -> MakeStanding:
    """`standing_with(party=..., role=..., grants=(...))`: staff of the dossier's firm, or somebody with grants."""

    def make(
        *, party: Party | None = None, role: StaffRole | None = None, grants: tuple[GrantStanding, ...] = ()
    ) -> Standing:
        is_staff = party is not None or role is not None
        return standing(staff(party, role or StaffRole.ACCOUNTANT) if is_staff else None, *grants)

    return make


@pytest.fixture
def everybody(standing_with: MakeStanding) -> dict[str, Any]:
    """One standing of each kind, by name."""

    def outside(role: PersonRole, right: Right) -> Standing:
        return standing_with(grants=(a_grant(role=role, right=right),))

    return {
        "manager": standing_with(party=Party.MANAGER),
        "team": standing_with(party=Party.TEAM),
        "administrator": standing_with(role=StaffRole.ADMINISTRATOR),
        "colleague": standing_with(role=StaffRole.ACCOUNTANT),
        "holder": outside(PersonRole.HOLDER, Right.WRITE),
        "co_holder": outside(PersonRole.CO_HOLDER, Right.WRITE),
        "family_write": outside(PersonRole.FAMILY, Right.WRITE),
        "family_read": outside(PersonRole.FAMILY, Right.READ),
        "holder_read": outside(PersonRole.HOLDER, Right.READ),
        "adviser_write": outside(PersonRole.ADVISER, Right.WRITE),
        "adviser_read": outside(PersonRole.ADVISER, Right.READ),
        "client_write": outside(PersonRole.CLIENT, Right.WRITE),
        "client_read": outside(PersonRole.CLIENT, Right.READ),
    }
