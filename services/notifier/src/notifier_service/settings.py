"""Notifier's settings, from `NOTIFIER_...` in the environment; secrets have no default and are never printed."""

from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from service_kit.security.keyring import KeyRing
from service_kit.settings import ServiceSettings

from notifier_service.bounces.domain import LONGEST_BOUNCE_BOX
from notifier_service.channels.mime import Undeliverable, split_address
from notifier_service.channels.smtp_connection import SmtpOptions, Tls
from notifier_service.messages.domain import UnsafeText


class SmsChannelKind(StrEnum):
    """How SMS leave (M7)."""

    EMAIL = "email"
    HTTP = "http"


class NotifierSettings(ServiceSettings):
    """`SMTP_TLS` has no opportunistic mode; a password never travels over a connection without TLS."""

    model_config = SettingsConfigDict(**{**ServiceSettings.model_config, "env_prefix": "NOTIFIER_"})

    sealing_keys: SecretStr
    smtp_host: str
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Tls = Tls.STARTTLS
    smtp_ca_file: str | None = None
    smtp_helo_name: str | None = None
    smtp_connections: int = Field(default=4, ge=1, le=100)
    smtp_security_connections: int = Field(default=2, ge=1, le=100)
    smtp_messages_per_connection: int = Field(default=200, ge=1)
    smtp_idle_seconds: float = Field(default=30, gt=0)
    smtp_connect_timeout: float = Field(default=10, gt=0, le=60)
    smtp_command_timeout: float = Field(default=30, gt=0, le=300)
    smtp_data_timeout: float = Field(default=60, gt=0, le=600)
    # How soon after a worker's death its mails are taken over; a living one renews.
    lease_seconds: float = Field(default=20, ge=4, le=600)
    mail_from: str
    mail_bounces: str | None = None
    mail_zone: str = "Europe/Brussels"
    sms_channel: SmsChannelKind = SmsChannelKind.EMAIL
    sms_email_domain: str = "sms.localhost"
    sms_http_url: str | None = None
    sms_http_token: SecretStr | None = None

    @field_validator("sealing_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        KeyRing.parse(value.get_secret_value())
        return value

    @field_validator("mail_from", "mail_bounces")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                split_address(value)
        except (Undeliverable, UnsafeText):
            raise ValueError("must be a plain e-mail address") from None
        return value

    @field_validator("mail_bounces")
    @classmethod
    def _has_room_for_a_name(cls, value: str | None) -> str | None:
        local, _, domain = (value or "").rpartition("@")
        if len(local) > LONGEST_BOUNCE_BOX or "+" in local or not (local + domain).isascii():
            raise ValueError(f"must be ASCII, with at most {LONGEST_BOUNCE_BOX} characters before the @ and no +")
        return value

    @field_validator("mail_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("must be a time zone such as Europe/Brussels") from None
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USER and SMTP_PASSWORD are set together or not at all")
        if self.smtp_user is not None and self.smtp_tls is Tls.NONE:
            raise ValueError("SMTP_USER needs SMTP_TLS=starttls or tls")
        if self.sms_channel is SmsChannelKind.HTTP and not (self.sms_http_url and self.sms_http_token):
            raise ValueError("SMS_CHANNEL=http needs SMS_HTTP_URL and SMS_HTTP_TOKEN")
        return self

    @property
    def smtp(self) -> SmtpOptions:
        """The server as a connection needs it."""
        return SmtpOptions(
            host=self.smtp_host,
            port=self.smtp_port,
            tls=self.smtp_tls,
            user=self.smtp_user,
            password=self.smtp_password,
            ca_file=self.smtp_ca_file,
            helo_name=self.smtp_helo_name or split_address(self.mail_from)[1],
            connect_timeout=self.smtp_connect_timeout,
            command_timeout=self.smtp_command_timeout,
            data_timeout=self.smtp_data_timeout,
            messages_per_connection=self.smtp_messages_per_connection,
            idle_seconds=self.smtp_idle_seconds,
        )
