"""What handlers and routes of scheduler are given; there is little, because time and state are the database's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from service_kit.db import Database

from scheduler_service.settings import SchedulerSettings


@dataclass(frozen=True, slots=True)
class SchedulerDeps:
    """`tick_max_sleep`: how long the ticker sleeps at most, so who is woken for what."""

    tick_max_sleep: timedelta


@asynccontextmanager
async def open_deps(settings: SchedulerSettings, database: Database) -> AsyncIterator[SchedulerDeps]:
    """The dependencies for the life of a process."""
    yield SchedulerDeps(tick_max_sleep=settings.longest_sleep)
