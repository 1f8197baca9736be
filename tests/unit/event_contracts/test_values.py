"""Shared values refuse what could not be obeyed: policies that do not rise (R4, R5), epochs that are none."""

from datetime import timedelta
from uuid import UUID

import pytest
from event_contracts.people import LadderKey, LadderPolicy
from pydantic import ValidationError

SOMEONE = UUID(int=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize("offsets", [(7 * DAY,), (7 * DAY, 30 * DAY), tuple(n * DAY for n in range(1, 11))])
def test_a_policy_rises(offsets: tuple[timedelta, ...]) -> None:
    assert LadderPolicy(offsets=offsets).offsets == offsets


@pytest.mark.parametrize(
    "offsets",
    [
        (),
        (0 * DAY,),
        (-7 * DAY, 30 * DAY),
        (30 * DAY, 7 * DAY),
        (7 * DAY, 7 * DAY),
        (7 * DAY, 4000 * DAY),
        tuple(n * DAY for n in range(1, 12)),
    ],
)
def test_a_policy_that_could_not_be_obeyed_is_refused(offsets: tuple[timedelta, ...]) -> None:
    with pytest.raises(ValidationError, match="offsets"):
        LadderPolicy(offsets=offsets)


def test_a_policy_travels_as_iso_durations() -> None:
    policy = LadderPolicy(offsets=(timedelta(seconds=3), 7 * DAY))

    assert policy.model_dump_json(exclude_none=True) == '{"offsets":["PT3S","P7D"]}'
    assert LadderPolicy.model_validate_json('{"offsets":["PT3S","P7D"]}') == policy


@pytest.mark.parametrize("expiry", [30 * DAY + timedelta(microseconds=1), 60 * DAY, 7320 * DAY])
def test_an_expiry_is_later_than_every_reminder(expiry: timedelta) -> None:
    assert LadderPolicy(offsets=(7 * DAY, 30 * DAY), expiry=expiry).expiry == expiry


@pytest.mark.parametrize("expiry", [0 * DAY, -DAY, 7 * DAY, 30 * DAY, 7321 * DAY])
def test_an_expiry_that_a_reminder_could_follow_is_refused(expiry: timedelta) -> None:
    with pytest.raises(ValidationError, match="expiry comes after the last offset"):
        LadderPolicy(offsets=(7 * DAY, 30 * DAY), expiry=expiry)


@pytest.mark.parametrize("epoch", [0, -1, 2**31])
def test_an_epoch_counts_from_one_and_fits_its_column(epoch: int) -> None:
    with pytest.raises(ValidationError, match="epoch"):
        LadderKey(kind="invitation", subject_id=SOMEONE, firm_id=SOMEONE, epoch=epoch)


def test_a_ladder_key_reads_the_same_everywhere() -> None:
    key = LadderKey(kind="invitation", subject_id=SOMEONE, firm_id=SOMEONE, epoch=3)

    assert str(key) == f"invitation:{SOMEONE}:{SOMEONE}:3"
