"""A line of "my dossiers": open or being opened (A10), and none when the right goes away at this very moment."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from dossier_service.access.domain import GrantStanding, GrantState, Party, Standing
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.dossiers.schemas import ClosedOut, MyDossier
from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right

VALUES: dict[str, Any] = {
    "id": UUID(int=1),
    "name": "Lee family",
    "firm_id": UUID(int=2),
    "firm_name": "Cabinet Lambert",
    "closed_at": None,
}
ROW = cast(Any, SimpleNamespace(**VALUES))
CLOSED_AT = datetime(2026, 3, 3, tzinfo=UTC)
CLOSED_ROW = cast(Any, SimpleNamespace(**{**VALUES, "closed_at": CLOSED_AT}))


@pytest.mark.parametrize(("state", "shown"), [(GrantState.ACTIVE, "open"), (GrantState.OFFERED, "being_opened")])
def test_a10_a_grant_that_is_not_active_yet_is_being_opened(
    standing_with: Callable[..., Standing], grant_with: Callable[..., GrantStanding], state: GrantState, shown: str
) -> None:
    line = MyDossier.of(ROW, standing_with(grants=(grant_with(state=state),)))

    assert line is not None
    assert (line.state, line.party, line.right, line.closed) == (shown, Party.FAMILY, Right.READ, None)


@pytest.mark.parametrize("state", [GrantState.ACTIVE, GrantState.OFFERED])
@pytest.mark.parametrize(
    ("role", "kept"),
    [
        (PersonRole.HOLDER, ClosedAccess.READ_ONLY),
        (PersonRole.CO_HOLDER, ClosedAccess.READ_ONLY),
        (PersonRole.CLIENT, ClosedAccess.ENDED),
    ],
)
def test_a5_a_closed_dossier_says_what_its_reader_keeps(
    standing_with: Callable[..., Standing],
    grant_with: Callable[..., GrantStanding],
    role: PersonRole,
    kept: ClosedAccess,
    state: GrantState,
) -> None:
    standing = replace(standing_with(grants=(grant_with(role=role, state=state),)), closed=ClosedAccess.ENDED)

    line = MyDossier.of(CLOSED_ROW, standing)

    assert line is not None
    assert line.closed == ClosedOut(access=kept, at=CLOSED_AT)


def test_staff_are_told_how_a_dossier_was_closed(standing_with: Callable[..., Standing]) -> None:
    line = MyDossier.of(CLOSED_ROW, replace(standing_with(party=Party.TEAM), closed=ClosedAccess.ENDED))

    assert line is not None
    assert line.closed == ClosedOut(access=ClosedAccess.ENDED, at=CLOSED_AT)


def test_a_right_that_went_away_since_the_list_was_read_leaves_no_line(standing_with: Callable[..., Standing]) -> None:
    assert MyDossier.of(ROW, None) is None
    assert MyDossier.of(ROW, standing_with()) is None
