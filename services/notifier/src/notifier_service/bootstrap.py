"""The one place where notifier is put together: settings, dependencies, handlers, routes and loops."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.messaging import Handlers
from service_kit.runtime import BackgroundTask, Service
from service_kit.security.sealing import KeyRing, Sealer

from notifier_service.deps import NotifierDeps
from notifier_service.lanes.assembly import assemble
from notifier_service.lanes.metrics import DeliveryMetrics
from notifier_service.messages.handlers import HANDLERS
from notifier_service.messages.routes import router
from notifier_service.messages.tables import Message
from notifier_service.settings import NotifierSettings
from notifier_service.templates.render import Links, Renderer


@asynccontextmanager
async def open_deps(settings: NotifierSettings, database: Database) -> AsyncIterator[NotifierDeps]:
    """Nothing here holds a connection: the couriers own theirs."""
    yield NotifierDeps(
        sealer=Sealer(KeyRing.parse(settings.sealing_keys.get_secret_value())),
        renderer=Renderer(Links(settings.public_base_url), ZoneInfo(settings.mail_zone)),
        metrics=DeliveryMetrics(),
    )


def background(deps: NotifierDeps, database: Database, settings: NotifierSettings) -> Sequence[BackgroundTask]:
    """One loop per lane, so that neither waits for the other, and the caretaker."""
    delivery = assemble(deps, database, settings)
    lanes = [BackgroundTask(f"lane {name}", runner.run) for name, runner in delivery.lanes.items()]
    return [*lanes, BackgroundTask("caretaker", delivery.caretaker.run)]


SERVICE: Service[NotifierSettings, NotifierDeps] = Service(
    name="notifier",
    settings=NotifierSettings,
    open_deps=open_deps,
    routers=(router,),
    handlers=Handlers[NotifierDeps](HANDLERS),
    background=background,
    metadata=Message.metadata,
    migrations="notifier_service.migrations",
    collectors=lambda deps: deps.metrics.collectors,
    http=HttpOptions(docs_path="/api/notifier/v1/docs", openapi_path="/api/notifier/v1/openapi.json"),
)
