"""Settings of scheduler: variables starting with SCHEDULER_."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from service_kit.settings import ServiceSettings


class SchedulerSettings(ServiceSettings):
    """What scheduler needs beyond every service's settings."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULER_")

    tick_max_sleep: float = Field(default=5, gt=0, le=60, description="Seconds the ticker sleeps at most")
    tick_batch: int = Field(default=200, ge=1, le=2000, description="Ladders one tick advances at most")

    @property
    def longest_sleep(self) -> timedelta:
        return timedelta(seconds=self.tick_max_sleep)
