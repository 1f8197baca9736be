"""Settings of identity: read from IDENTITY_* once, at start-up; key rings and every secret are required."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict
from service_kit.security.keyring import KeyRing
from service_kit.settings import ServiceSettings

from identity_service.limits.domain import AccountAct, Act, Limits


class IdentitySettings(ServiceSettings):
    """`sealing_keys` are shared with notifier; `key_encryption_keys`, for the signing keys, are identity's alone."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", hide_input_in_errors=True)

    sealing_keys: SecretStr
    key_encryption_keys: SecretStr
    page_zone: str = "Europe/Brussels"
    password_threads: int = Field(default=2, ge=1, le=16)
    password_queue: int = Field(default=128, ge=1, le=10_000)
    # How many in an hour. An office behind one address has many people; an account has one.
    limit_sign_ins_per_address: int = Field(default=300, ge=1)
    limit_codes_per_address: int = Field(default=300, ge=1)
    limit_resets_per_address: int = Field(default=60, ge=1)
    limit_invitations_per_address: int = Field(default=300, ge=1)
    limit_contact_changes_per_address: int = Field(default=60, ge=1)
    limit_failures_per_account: int = Field(default=20, ge=5)
    limit_codes_per_account: int = Field(default=10, ge=1)
    limit_resets_per_account: int = Field(default=3, ge=1)
    limit_passwords_asked_per_account: int = Field(default=10, ge=1)
    limit_contact_changes_per_account: int = Field(default=10, ge=1)

    def limits(self) -> Limits:
        """The limits as the use cases look them up (I10)."""
        return Limits(
            per_address={
                Act.SIGN_IN: self.limit_sign_ins_per_address,
                Act.CODE: self.limit_codes_per_address,
                Act.RESET: self.limit_resets_per_address,
                Act.INVITATION: self.limit_invitations_per_address,
                Act.CONTACT_CHANGE: self.limit_contact_changes_per_address,
            },
            per_account={
                AccountAct.FAILURE: self.limit_failures_per_account,
                AccountAct.CODE_SENT: self.limit_codes_per_account,
                AccountAct.RESET_SENT: self.limit_resets_per_account,
                AccountAct.PASSWORD_ASKED: self.limit_passwords_asked_per_account,
                AccountAct.CONTACT_CHANGE: self.limit_contact_changes_per_account,
            },
        )

    @field_validator("page_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("must be a time zone such as Europe/Brussels") from None
        return value

    @field_validator("sealing_keys", "key_encryption_keys")
    @classmethod
    def _is_key_ring(cls, value: SecretStr) -> SecretStr:
        KeyRing.parse(value.get_secret_value())
        return value
