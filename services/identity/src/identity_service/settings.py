"""Settings of identity: read from IDENTITY_* once, at start-up; key rings and every secret are required."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict
from service_kit.security.keyring import KeyRing
from service_kit.settings import ServiceSettings


class IdentitySettings(ServiceSettings):
    """`sealing_keys` are shared with notifier; `key_encryption_keys`, for the signing keys, are identity's alone."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", hide_input_in_errors=True)

    sealing_keys: SecretStr
    key_encryption_keys: SecretStr
    password_threads: int = Field(default=2, ge=1, le=16)
    password_queue: int = Field(default=128, ge=1, le=10_000)

    @field_validator("sealing_keys", "key_encryption_keys")
    @classmethod
    def _is_key_ring(cls, value: SecretStr) -> SecretStr:
        KeyRing.parse(value.get_secret_value())
        return value
