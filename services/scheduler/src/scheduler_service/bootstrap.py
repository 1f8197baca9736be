"""The composition root of scheduler: the only place where its parts meet."""

from collections.abc import Sequence

from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.messaging import Handlers
from service_kit.runtime import BackgroundTask, Service

from scheduler_service.deps import SchedulerDeps, open_deps
from scheduler_service.ladders.handlers import HANDLERS
from scheduler_service.ladders.routes import router
from scheduler_service.ladders.tables import Ladder
from scheduler_service.settings import SchedulerSettings
from scheduler_service.ticker.service import Ticker


def background(_deps: SchedulerDeps, database: Database, settings: SchedulerSettings) -> Sequence[BackgroundTask]:
    """The worker's own loop: the ticker."""
    ticker = Ticker(database, longest_sleep=settings.longest_sleep, batch=settings.tick_batch)
    return (BackgroundTask("ticker", ticker.run),)


SERVICE: Service[SchedulerSettings, SchedulerDeps] = Service(
    name="scheduler",
    settings=SchedulerSettings,
    open_deps=open_deps,
    routers=(router,),
    handlers=Handlers[SchedulerDeps](HANDLERS),
    background=background,
    metadata=Ladder.metadata,
    migrations="scheduler_service.migrations",
    http=HttpOptions(docs_path="/api/scheduler/v1/docs", openapi_path="/api/scheduler/v1/openapi.json"),
)
