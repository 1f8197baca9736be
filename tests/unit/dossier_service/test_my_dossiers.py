"""A line of "my dossiers": open or being opened (A10), and none when the right goes away at this very moment."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from dossier_service.access.domain import GrantStanding, GrantState, Party, Standing
from dossier_service.dossiers.schemas import MyDossier
from event_contracts.people import Right

ROW = cast(Any, SimpleNamespace(id=UUID(int=1), name="Lee family", firm_id=UUID(int=2), firm_name="Cabinet Lambert"))


@pytest.mark.parametrize(("state", "shown"), [(GrantState.ACTIVE, "open"), (GrantState.OFFERED, "being_opened")])
def test_a10_a_grant_that_is_not_active_yet_is_being_opened(
    standing_with: Callable[..., Standing], grant_with: Callable[..., GrantStanding], state: GrantState, shown: str
) -> None:
    line = MyDossier.of(ROW, standing_with(grants=(grant_with(state=state),)))

    assert line is not None
    assert (line.state, line.party, line.right) == (shown, Party.FAMILY, Right.READ)


def test_a_right_that_went_away_since_the_list_was_read_leaves_no_line(standing_with: Callable[..., Standing]) -> None:
    assert MyDossier.of(ROW, None) is None
    assert MyDossier.of(ROW, standing_with()) is None
