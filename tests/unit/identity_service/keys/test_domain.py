"""Signing keys are published before they sign and until their last token is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from identity_service.keys.domain import RETIRED_VERIFIES, TOKEN_LIFETIME, is_published, may_sign, verifies_until

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retired_ago", "published"),
    [
        (None, True),
        (timedelta(), True),
        (TOKEN_LIFETIME, True),
        (RETIRED_VERIFIES - timedelta(seconds=1), True),
        (RETIRED_VERIFIES, False),
    ],
)
def test_a_retired_key_outlives_its_last_token(retired_ago: timedelta | None, published: bool) -> None:
    assert is_published(None if retired_ago is None else NOW - retired_ago, NOW) is published


def test_only_a_retired_key_has_an_end() -> None:
    assert verifies_until(None) is None
    assert verifies_until(NOW) == NOW + RETIRED_VERIFIES


@pytest.mark.parametrize(("age", "allowed"), [(0, False), (299, False), (300, True)])
def test_a_key_signs_only_after_every_verifier_could_learn_it(age: int, allowed: bool) -> None:
    assert may_sign(NOW - timedelta(seconds=age), NOW) is allowed
