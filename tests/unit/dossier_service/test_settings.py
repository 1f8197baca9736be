"""The dossier service's settings: the reminder policy travels in every offer (R5)."""

from datetime import timedelta

import pytest
from dossier_service.settings import DossierSettings

NEEDED = {
    "DOSSIER_DATABASE_URL": "postgresql://dossier:pw@127.0.0.1/dossier",
    "DOSSIER_RABBIT_URL": "amqp://dossier:pw@127.0.0.1/",
    "DOSSIER_PUBLIC_BASE_URL": "https://access.example",
    "DOSSIER_TOKEN_ISSUER": "https://access.example",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_r1_reminders_go_out_after_7_and_30_days_by_default(environment: pytest.MonkeyPatch) -> None:
    assert DossierSettings.load().ladder_policy.offsets == (timedelta(days=7), timedelta(days=30))


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("P7D,P30D", (timedelta(days=7), timedelta(days=30))),
        ("PT3S, PT6S", (timedelta(seconds=3), timedelta(seconds=6))),
        ("P1D", (timedelta(days=1),)),
    ],
)
def test_r5_the_offsets_are_a_policy(
    environment: pytest.MonkeyPatch, text: str, offsets: tuple[timedelta, ...]
) -> None:
    environment.setenv("DOSSIER_REMINDER_OFFSETS", text)

    assert DossierSettings.load().ladder_policy.offsets == offsets


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "P30D,P7D",
        "P7D,P7D",
        "PT0S",
        "-P1D",
        "P7D,P3661D",
        ",".join(["P1D"] * 11),
    ],
)
def test_r5_offsets_that_cannot_be_meant_stop_the_start(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    environment.setenv("DOSSIER_REMINDER_OFFSETS", text)

    with pytest.raises(SystemExit) as stopped:
        DossierSettings.load()

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("DOSSIER_REMINDER_OFFSETS: ")


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_missing_setting_is_named_and_stops_the_start(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    environment.delenv(name)

    with pytest.raises(SystemExit) as stopped:
        DossierSettings.load()

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith(name + ":")


def test_m8_summaries_go_out_at_seven_in_brussels_by_default(environment: pytest.MonkeyPatch) -> None:
    settings = DossierSettings.load()

    assert (settings.summary_hour, settings.zone.key) == (7, "Europe/Brussels")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SUMMARY_ZONE", "Europe/Atlantis"), ("SUMMARY_ZONE", "../etc"), ("SUMMARY_HOUR", "24"), ("SUMMARY_HOUR", "-1")],
)
def test_m8_a_clock_that_does_not_exist_stops_the_start(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    environment.setenv(f"DOSSIER_{name}", value)

    with pytest.raises(SystemExit):
        DossierSettings.load()

    assert capsys.readouterr().err.startswith(f"DOSSIER_{name}: ")
