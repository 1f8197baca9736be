"""Secret settings: what is missing, default or weak stops the start, and is never shown."""

import secrets
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict
from service_kit.security.secrets import weakness_of
from service_kit.settings import ServiceSettings, require_strong

WEAK = [
    ("", "is empty"),
    ("   ", "is empty"),
    ("changeme", "is a placeholder"),
    ("CHANGE-ME-in-production", "is a placeholder"),
    ("please-change-me-1234", "is a placeholder"),
    ("super secret jwt secret", "is a placeholder"),
    ("your-secret-key-goes-here", "is a placeholder"),
    ("replace-me-replace-me", "is a placeholder"),
    ("default-password-1234", "is a placeholder"),
    ("k7Qz2", "is shorter than 16 characters"),
    ("aaaaaaaaaaaaaaaaaaaaaaaa", "repeats a few characters"),
]


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="KIT_TEST_")

    api_secret: Annotated[SecretStr, AfterValidator(require_strong)]


@pytest.fixture
def environment(monkeypatch):
    given = {
        "DATABASE_URL": "postgresql://svc:pw@localhost/x",
        "RABBIT_URL": "amqp://svc:pw@localhost/",
        "PUBLIC_BASE_URL": "https://example.org",
        "TOKEN_ISSUER": "https://example.org",
        "API_SECRET": secrets.token_urlsafe(24),
    }

    def apply(**changes: str | None) -> None:
        for name, value in {**given, **changes}.items():
            if value is not None:
                monkeypatch.setenv(f"KIT_TEST_{name}", value)

    return apply


@pytest.mark.parametrize(("value", "weakness"), WEAK)
def test_a_weak_secret_has_its_weakness_named(value, weakness):
    assert weakness_of(value) == weakness


def test_a_random_secret_passes():
    assert [weakness_of(secrets.token_urlsafe(24)) for _ in range(200)] == [None] * 200


@pytest.mark.parametrize(("value", "weakness"), WEAK)
def test_a_service_with_a_weak_secret_exits_2_with_a_line_that_names_the_variable(environment, capsys, value, weakness):
    environment(API_SECRET=value)
    with pytest.raises(SystemExit) as exit_:
        Settings.load()
    assert exit_.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("KIT_TEST_API_SECRET: ")
    assert weakness in line
    assert not value.strip() or value not in line


def test_a_missing_secret_is_named_too(environment, capsys):
    environment(API_SECRET=None, DATABASE_URL=None)
    with pytest.raises(SystemExit) as exit_:
        Settings.load()
    assert exit_.value.code == 2
    assert {line.partition(":")[0] for line in capsys.readouterr().err.splitlines()} == {
        "KIT_TEST_API_SECRET",
        "KIT_TEST_DATABASE_URL",
    }


def test_good_settings_load_and_print_no_secret(environment):
    environment()
    loaded = Settings.load()
    assert loaded.api_secret.get_secret_value() not in repr(loaded)


def test_the_error_of_a_model_does_not_repeat_the_secret_either():
    class Model(BaseModel, hide_input_in_errors=True):
        secret: Annotated[SecretStr, AfterValidator(require_strong)]

    with pytest.raises(ValidationError) as refused:
        Model(secret=SecretStr("k7Qz2"))
    assert "k7Qz2" not in str(refused.value)
