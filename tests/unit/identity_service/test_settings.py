"""Missing, weak and malformed secrets stop identity at start-up, with one line that names the variable."""

import base64
import os

import pytest
from identity_service.limits.domain import AccountAct, Act
from identity_service.settings import IdentitySettings

RING = "k1:" + base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "IDENTITY_DATABASE_URL": "postgresql://identity:a-long-random-word-7@db/identity",
    "IDENTITY_RABBIT_URL": "amqp://identity:a-long-random-word-8@rabbit/",
    "IDENTITY_PUBLIC_BASE_URL": "https://dossiers.example.org",
    "IDENTITY_TOKEN_ISSUER": "https://dossiers.example.org",
    "IDENTITY_SEALING_KEYS": RING,
    "IDENTITY_KEY_ENCRYPTION_KEYS": RING,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in list(os.environ):
        if name.startswith("IDENTITY_"):
            monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_whole_environment_is_accepted_and_never_printed(environment: pytest.MonkeyPatch) -> None:
    settings = IdentitySettings.load()
    assert RING not in repr(settings)
    assert "a-long-random-word" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDENTITY_SEALING_KEYS", None),
        ("IDENTITY_KEY_ENCRYPTION_KEYS", None),
        ("IDENTITY_DATABASE_URL", None),
        ("IDENTITY_SEALING_KEYS", "changeme"),
        ("IDENTITY_SEALING_KEYS", ""),
        ("IDENTITY_KEY_ENCRYPTION_KEYS", "k1:" + base64.b64encode(b"x" * 32).decode()),
        ("IDENTITY_KEY_ENCRYPTION_KEYS", "k1:" + base64.b64encode(bytes(range(16))).decode()),
        ("IDENTITY_DATABASE_URL", "sqlite:///identity.db"),
        ("IDENTITY_PAGE_ZONE", "Europe/Nowhere"),
    ],
)
def test_a_missing_or_weak_secret_ends_with_status_2_and_one_line(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str | None
) -> None:
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        IdentitySettings.load()
    printed = capsys.readouterr().err
    assert end.value.code == 2
    assert printed.startswith(f"{name}: ")
    assert printed.count("\n") == 1
    assert not value or value not in printed


def test_i10_every_act_has_a_limit_and_each_can_be_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IDENTITY_LIMIT_SIGN_INS_PER_ADDRESS", "7")
    limits = IdentitySettings.load().limits()
    assert (set(limits.per_address), set(limits.per_account)) == (set(Act), set(AccountAct))
    assert limits.per_address[Act.SIGN_IN] == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [("IDENTITY_LIMIT_SIGN_INS_PER_ADDRESS", "0"), ("IDENTITY_LIMIT_FAILURES_PER_ACCOUNT", "3")],
)
def test_i10_no_limit_locks_everybody_out(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(SystemExit):
        IdentitySettings.load()
