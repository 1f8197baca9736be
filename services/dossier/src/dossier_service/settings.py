"""The dossier service's settings: what every service has, reminder policy, limit on new addresses, summaries."""

from datetime import timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from event_contracts.people import LONGEST_OFFSET, LadderPolicy
from pydantic import Field, TypeAdapter, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from service_kit.settings import ServiceSettings

_DURATIONS = TypeAdapter(tuple[timedelta, ...])


class DossierSettings(ServiceSettings):
    """Environment variables `DOSSIER_...`."""

    model_config = SettingsConfigDict(env_prefix="DOSSIER_", frozen=True)

    reminder_offsets: Annotated[tuple[timedelta, ...], NoDecode] = Field(
        default=(timedelta(days=7), timedelta(days=30)), min_length=1, max_length=10
    )
    new_addresses_per_hour: int = Field(default=200, ge=1, le=100_000)
    summary_hour: int = Field(default=7, ge=0, le=23)
    summary_zone: str = "Europe/Brussels"

    @field_validator("reminder_offsets", mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        """`P7D,P30D`: ISO 8601 durations, growing."""
        if not isinstance(value, str):
            return value
        try:
            return _DURATIONS.validate_python([part.strip() for part in value.split(",")])
        except ValidationError:
            raise ValueError("must be ISO 8601 durations, such as P7D,P30D") from None

    @field_validator("reminder_offsets")
    @classmethod
    def _growing(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        """What a policy in an event may say, refused here already: at start-up, not with the first offer."""
        if value[0] <= timedelta() or any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError("must be positive durations, each longer than the one before")
        if value[-1] > LONGEST_OFFSET:
            raise ValueError(f"must be at most P{LONGEST_OFFSET.days}D")
        return value

    @field_validator("summary_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        """A zone of the IANA database, refused here already and not at the first summary."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("must be a time zone such as Europe/Brussels") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """In whose clock `summary_hour` is (M8)."""
        return ZoneInfo(self.summary_zone)

    @property
    def ladder_policy(self) -> LadderPolicy:
        """What travels in every offer (R5)."""
        return LadderPolicy(offsets=self.reminder_offsets)
