"""The composition root: the only place that knows all areas and puts them together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.messaging import Handlers
from service_kit.runtime import BackgroundTask, Service, open_database

from dossier_service.access.decisions.routes import router as decisions
from dossier_service.access.export.routes import router as export
from dossier_service.access.grants.handlers import HANDLERS as GRANTS
from dossier_service.access.grants.housekeeping import keep_house
from dossier_service.access.grants.routes import router as grants
from dossier_service.access.grants.service import OfferPolicy
from dossier_service.access.journal.routes import router as journal
from dossier_service.access.projections.handlers import HANDLERS
from dossier_service.access.projections.mails import HANDLERS as MAILS
from dossier_service.access.projections.repository import ENDED_SESSIONS
from dossier_service.access.rights.routes import router as rights
from dossier_service.clients.routes import router as clients
from dossier_service.commands import firm_commands
from dossier_service.deps import DossierDeps
from dossier_service.dossiers.people.routes import router as people
from dossier_service.dossiers.routes import router as dossiers
from dossier_service.edge.routing import PREFIX
from dossier_service.firms.routes import router as firms
from dossier_service.firms.settings.routes import router as firm_settings
from dossier_service.firms.staff.routes import router as staff
from dossier_service.notices.digest import write_summaries
from dossier_service.portal_users.routes import router as portal_users
from dossier_service.records.routes import router as records
from dossier_service.settings import DossierSettings
from dossier_service.tables_base import DossierTable


@asynccontextmanager
async def open_deps(settings: DossierSettings, _database: Database) -> AsyncIterator[DossierDeps]:
    """What use cases need besides the transaction."""
    yield DossierDeps(policy=OfferPolicy(settings.ladder_policy, settings.new_addresses_per_hour))


def background(_deps: DossierDeps, database: Database, settings: DossierSettings) -> Sequence[BackgroundTask]:
    """The worker's own loops."""
    hour, zone = settings.summary_hour, settings.zone
    return (
        BackgroundTask("sessions", lambda stop: ENDED_SESSIONS.keep_small(database, stop)),
        BackgroundTask("offers", lambda stop: keep_house(database, stop)),
        BackgroundTask("summaries", lambda stop: write_summaries(database, hour, zone, stop)),
    )


def _open_own_database(settings: DossierSettings) -> AbstractAsyncContextManager[Database]:
    return open_database(SERVICE, settings)


SERVICE: Service[DossierSettings, DossierDeps] = Service(
    name="dossier",
    settings=DossierSettings,
    open_deps=open_deps,
    routers=(
        firms,
        staff,
        firm_settings,
        portal_users,
        clients,
        dossiers,
        people,
        grants,
        rights,
        export,
        records,
        decisions,
        journal,
    ),
    handlers=Handlers(HANDLERS, GRANTS, MAILS),
    metadata=DossierTable.metadata,
    migrations="dossier_service.migrations",
    background=background,
    append_only=("journal",),
    partitioned=("journal",),
    commands=firm_commands(_open_own_database),
    http=HttpOptions(docs_path=f"{PREFIX}/docs", openapi_path=f"{PREFIX}/openapi.json"),
)
