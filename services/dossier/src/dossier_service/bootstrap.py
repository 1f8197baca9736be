"""The composition root: the only place that knows all areas and puts them together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.messaging import Handlers
from service_kit.runtime import BackgroundTask, Service, open_database

from dossier_service.access.decisions.routes import router as decisions
from dossier_service.access.explain.routes import router as explaining
from dossier_service.access.export.routes import router as export
from dossier_service.access.grants.handlers import HANDLERS as GRANTS
from dossier_service.access.grants.housekeeping import keep_house
from dossier_service.access.grants.routes import router as grants
from dossier_service.access.grants.service import OfferPolicy
from dossier_service.access.journal.routes import router as journal
from dossier_service.access.law.routes import router as law
from dossier_service.access.projections.handlers import HANDLERS
from dossier_service.access.projections.mails import HANDLERS as MAILS
from dossier_service.access.projections.repository import ENDED_SESSIONS
from dossier_service.access.rights.routes import router as rights
from dossier_service.clients.contacts.access.routes import router as contact_access
from dossier_service.clients.contacts.routes import router as contacts
from dossier_service.clients.routes import router as clients
from dossier_service.commands import firm_commands
from dossier_service.deps import DossierDeps
from dossier_service.dossiers.advisers.routes import router as advisers
from dossier_service.dossiers.closing.routes import router as closing
from dossier_service.dossiers.handover.routes import router as handover
from dossier_service.dossiers.people.routes import router as people
from dossier_service.dossiers.routes import router as dossiers
from dossier_service.edge.routing import PREFIX
from dossier_service.firms.branches.routes import router as branches
from dossier_service.firms.routes import router as firms
from dossier_service.firms.settings.routes import router as firm_settings
from dossier_service.firms.staff.routes import router as staff
from dossier_service.notices.digest import write_summaries
from dossier_service.plans.changes.routes import router as plan_changes
from dossier_service.plans.publications.routes import router as plan_publications
from dossier_service.plans.routes import router as plans
from dossier_service.portal.routes import router as portal
from dossier_service.portal_users.routes import router as portal_users
from dossier_service.records.client_record.routes import router as client_record
from dossier_service.records.routes import ROUTERS as RECORDS
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
        # Asked before everything other systems do: routes are tried in this order, and a hundred take their time.
        decisions,
        firms,
        staff,
        firm_settings,
        branches,
        portal_users,
        clients,
        contacts,
        contact_access,
        dossiers,
        closing,
        handover,
        portal,
        people,
        advisers,
        grants,
        rights,
        export,
        client_record,
        *RECORDS,
        plans,
        plan_publications,
        plan_changes,
        law,
        explaining,
        journal,
    ),
    handlers=Handlers(HANDLERS, GRANTS, MAILS),
    metadata=DossierTable.metadata,
    migrations="dossier_service.migrations",
    background=background,
    append_only=("journal", "record_version", "client_version", "plan_version", "plan_publication", "plan_recipient"),
    partitioned=("journal",),
    commands=firm_commands(_open_own_database),
    http=HttpOptions(docs_path=f"{PREFIX}/docs", openapi_path=f"{PREFIX}/openapi.json"),
)
