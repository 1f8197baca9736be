"""Settings every service shares: a frozen class, read from the environment once; secrets have no default."""

import sys
from typing import NoReturn, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service_kit.networks import parse_networks
from service_kit.security.secrets import weakness_of


def require_strong(value: SecretStr) -> SecretStr:
    """Refuses a secret that is too short or a well-known placeholder. The message never repeats it."""
    if (weakness := weakness_of(value.get_secret_value())) is not None:
        raise ValueError(weakness)
    return value


class ServiceSettings(BaseSettings):
    """What every service needs. Subclasses set `env_prefix`; URLs carry credentials, so they are secrets."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", secrets_dir=None, hide_input_in_errors=True)

    database_url: SecretStr
    migration_database_url: SecretStr | None = None
    rabbit_url: SecretStr
    migration_rabbit_url: SecretStr | None = None
    rabbit_management_url: SecretStr | None = None

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=0, le=65535)
    worker_port: int = Field(default=8001, ge=0, le=65535)
    trusted_proxies: str = ""
    public_base_url: str
    max_body_bytes: int = Field(default=1_000_000, ge=1)
    shutdown_grace_seconds: float = Field(default=20, gt=0)

    jwks_url: str | None = None
    token_issuer: str
    token_audience: str = "dossier-access"  # noqa: S105  # a name, not a secret

    consumer_prefetch: int = Field(default=200, ge=1, le=2000)
    consumer_batch: int = Field(default=100, ge=1, le=1000)

    log_level: str = "info"
    log_format: str = Field(default="json", pattern="^(json|console)$")

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must be a postgresql:// URL")
        return value

    @field_validator("rabbit_url", "migration_rabbit_url")
    @classmethod
    def _is_amqp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("amqp://", "amqps://")):
            raise ValueError("must be an amqp:// URL")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        parse_networks(value.split(","))
        return value

    @property
    def proxies(self) -> tuple[str, ...]:
        """The trusted proxies' networks."""
        return tuple(part.strip() for part in self.trusted_proxies.split(",") if part.strip())

    @classmethod
    def load(cls) -> Self:
        """Reads the environment; exits with status 2 and one line per wrong variable when it does not fit."""
        try:
            return cls()
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
        for problem in problems:
            cls._complain("_".join(str(part) for part in problem["loc"]), problem["msg"])
        raise SystemExit(2)

    @classmethod
    def refuse(cls, name: str, reason: str) -> NoReturn:
        """Exits as `load` does, for a setting that only some commands need."""
        cls._complain(name, reason)
        raise SystemExit(2)

    @classmethod
    def _complain(cls, name: str, reason: str) -> None:
        sys.stderr.write(f"{cls.model_config.get('env_prefix', '')}{name.upper()}: {reason}\n")
