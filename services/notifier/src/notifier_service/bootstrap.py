"""The one place where notifier is put together: settings, dependencies, handlers, routes and loops."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.messaging import Handlers
from service_kit.runtime import BackgroundTask, Service, open_database
from service_kit.security.sealing import KeyRing, Sealer

from notifier_service.bounces.domain import ADDRESS_PURPOSE, RETURN_PATH_PURPOSE, AddressHashes, ReturnPaths
from notifier_service.bounces.routes import router as bounces
from notifier_service.commands import mail_commands
from notifier_service.deps import NotifierDeps
from notifier_service.firms.handlers import HANDLERS as FIRM_HANDLERS
from notifier_service.holds.routes import router as holds
from notifier_service.lanes.assembly import assemble
from notifier_service.lanes.metrics import DeliveryMetrics
from notifier_service.messages.handlers import HANDLERS
from notifier_service.messages.routes import router
from notifier_service.messages.tables import Message
from notifier_service.previews.routes import router as previews
from notifier_service.settings import NotifierSettings
from notifier_service.staff.handlers import HANDLERS as STAFF_HANDLERS
from notifier_service.staff.repository import ENDED_SESSIONS
from notifier_service.templates.render import Renderer
from notifier_service.templates.values import Links


@asynccontextmanager
async def open_deps(settings: NotifierSettings, database: Database) -> AsyncIterator[NotifierDeps]:
    """Nothing here holds a connection: the couriers own theirs."""
    ring = KeyRing.parse(settings.sealing_keys.get_secret_value())
    yield NotifierDeps(
        sealer=Sealer(ring),
        renderer=Renderer(Links(settings.public_base_url), ZoneInfo(settings.mail_zone)),
        metrics=DeliveryMetrics(),
        return_paths=ReturnPaths(settings.mail_from, settings.mail_bounces, ring.derive(RETURN_PATH_PURPOSE)),
        address_hashes=AddressHashes(ring.derive(ADDRESS_PURPOSE)),
    )


def background(deps: NotifierDeps, database: Database, settings: NotifierSettings) -> Sequence[BackgroundTask]:
    """One loop per lane, so that neither waits for the other, the caretaker, and one for ended sessions."""
    delivery = assemble(deps, database, settings)
    lanes = [BackgroundTask(f"lane {name}", runner.run) for name, runner in delivery.lanes.items()]
    return [
        *lanes,
        BackgroundTask("caretaker", delivery.caretaker.run),
        BackgroundTask("sessions", lambda stop: ENDED_SESSIONS.keep_small(database, stop)),
    ]


@asynccontextmanager
async def _open_for_operator(settings: NotifierSettings) -> AsyncIterator[tuple[Database, NotifierDeps]]:
    async with open_database(SERVICE, settings) as database, open_deps(settings, database) as deps:
        yield database, deps


SERVICE: Service[NotifierSettings, NotifierDeps] = Service(
    name="notifier",
    settings=NotifierSettings,
    open_deps=open_deps,
    routers=(router, previews, holds, bounces),
    handlers=Handlers[NotifierDeps](HANDLERS, FIRM_HANDLERS, STAFF_HANDLERS),
    background=background,
    metadata=Message.metadata,
    migrations="notifier_service.migrations",
    commands=mail_commands(_open_for_operator),
    collectors=lambda deps: deps.metrics.collectors,
    http=HttpOptions(docs_path="/api/notifier/v1/docs", openapi_path="/api/notifier/v1/openapi.json"),
)
