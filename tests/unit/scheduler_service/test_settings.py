"""Scheduler's settings: read from SCHEDULER_ variables, refused with the variable's name."""

from datetime import timedelta

import pytest
from scheduler_service.settings import SchedulerSettings

GIVEN = {
    "SCHEDULER_DATABASE_URL": "postgresql://scheduler@localhost/scheduler",
    "SCHEDULER_RABBIT_URL": "amqp://scheduler@localhost/",
    "SCHEDULER_PUBLIC_BASE_URL": "https://access.example",
    "SCHEDULER_TOKEN_ISSUER": "https://access.example",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_ticker_sleeps_five_seconds_at_most_unless_told(environment: pytest.MonkeyPatch) -> None:
    assert SchedulerSettings.load().longest_sleep == timedelta(seconds=5)

    environment.setenv("SCHEDULER_TICK_MAX_SLEEP", "0.5")

    assert SchedulerSettings.load().longest_sleep == timedelta(seconds=0.5)


@pytest.mark.parametrize(("name", "value"), [("TICK_MAX_SLEEP", "0"), ("TICK_MAX_SLEEP", "61"), ("TICK_BATCH", "0")])
def test_a_value_out_of_bounds_ends_the_start_and_names_the_variable(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    environment.setenv(f"SCHEDULER_{name}", value)

    with pytest.raises(SystemExit) as ended:
        SchedulerSettings.load()

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"SCHEDULER_{name}: ")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SystemExit):
        SchedulerSettings.load()

    assert {line.partition(":")[0] for line in capsys.readouterr().err.splitlines()} == set(GIVEN)
