"""Settings that cannot work stop the start and name the variable, never its value."""

import base64
from typing import Any

import pytest
from notifier_service.channels.smtp_connection import Tls
from notifier_service.settings import NotifierSettings
from pydantic import ValidationError

KEY = f"k1:{base64.b64encode(bytes(range(32))).decode()}"
GOOD = {
    "DATABASE_URL": "postgresql://notifier@127.0.0.1/notifier",
    "RABBIT_URL": "amqp://notifier@127.0.0.1/",
    "PUBLIC_BASE_URL": "https://access.example",
    "TOKEN_ISSUER": "https://access.example",
    "SEALING_KEYS": KEY,
    "SMTP_HOST": "mail.example",
    "MAIL_FROM": "no-reply@access.example",
}


def environment(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    for name, value in {**GOOD, **changes}.items():
        if value is not None:
            monkeypatch.setenv(f"NOTIFIER_{name}", value)


def settings(**changes: Any) -> NotifierSettings:
    return NotifierSettings(**{**{name.lower(): value for name, value in GOOD.items()}, **changes})


def test_a_production_server_is_spoken_to_over_starttls(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch)

    loaded = NotifierSettings.load()

    assert loaded.smtp.tls is Tls.STARTTLS
    assert loaded.smtp.port == 587
    assert loaded.smtp.helo_name == "access.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEALING_KEYS", None),
        ("SEALING_KEYS", "changeme"),
        ("SEALING_KEYS", "k1:AAAA"),
        ("SMTP_HOST", None),
        ("MAIL_FROM", None),
        ("MAIL_FROM", "Dossier <no-reply@access.example>"),
        ("MAIL_FROM", "no-reply"),
        ("MAIL_ZONE", "Mars/Olympus"),
        ("SMTP_TLS", "opportunistic"),
        ("DATABASE_URL", None),
    ],
)
def test_what_is_missing_or_weak_ends_the_start_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str | None
) -> None:
    environment(monkeypatch, **{name: value})

    with pytest.raises(SystemExit) as ended:
        NotifierSettings.load()

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert f"NOTIFIER_{name}" in said
    assert value is None or value not in said


def test_a_password_never_travels_without_tls() -> None:
    with pytest.raises(ValidationError, match="SMTP_USER needs"):
        settings(smtp_user="relay", smtp_password="n0t-a-real-one", smtp_tls="none")


def test_a_user_needs_a_password() -> None:
    with pytest.raises(ValidationError, match="set together"):
        settings(smtp_user="relay")


def test_an_http_gateway_needs_its_address_and_token() -> None:
    with pytest.raises(ValidationError, match="SMS_HTTP_URL"):
        settings(sms_channel="http")


def test_secrets_do_not_show() -> None:
    shown = repr(settings(smtp_user="relay", smtp_password="n0t-a-real-one"))

    assert "n0t-a-real-one" not in shown
    assert KEY not in shown
