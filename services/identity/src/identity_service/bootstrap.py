"""The one place where identity is put together: settings, dependencies, routes, handlers, commands."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from service_kit.clock import Clock
from service_kit.db import Database
from service_kit.http import HttpOptions
from service_kit.logging import get_logger
from service_kit.messaging import Handlers
from service_kit.runtime import BackgroundTask, Service
from service_kit.security.keyring import KeyRing
from service_kit.security.sealing import Sealer
from service_kit.security.tokens import KeySource
from service_kit.waiting import wait_or_stop

from identity_service.accounts import routes as account_routes
from identity_service.clients import routes as client_routes
from identity_service.commands import COMMANDS
from identity_service.contact_changes import routes as contact_routes
from identity_service.contact_changes import service as contact_changes
from identity_service.deps import IdentityDeps
from identity_service.invitations import handlers as invitation_handlers
from identity_service.invitations import routes as invitation_routes
from identity_service.invitations.ending import expire_overdue
from identity_service.keys import routes as key_routes
from identity_service.keys.signer import DatabaseKeys, TokenSigner
from identity_service.limits import service as limits
from identity_service.owner import routes as owner_routes
from identity_service.pages import routes as pages
from identity_service.passwords.hasher import Passwords, common_passwords
from identity_service.randomness import CodeBox, Randomness
from identity_service.recovery import resets
from identity_service.recovery import routes as recovery_routes
from identity_service.recovery.issuing import issue_for_ever
from identity_service.sessions import routes as session_routes
from identity_service.sessions import service as sessions
from identity_service.settings import IdentitySettings
from identity_service.tables_base import IdentityTable

FORGET_EVERY_SECONDS = 3600.0

log = get_logger(__name__)


@asynccontextmanager
async def open_deps(settings: IdentitySettings, database: Database) -> AsyncIterator[IdentityDeps]:
    """The dependencies for the length of the block."""
    passwords = Passwords(threads=settings.password_threads, queue=settings.password_queue)
    key_ring = KeyRing.parse(settings.key_encryption_keys.get_secret_value())
    try:
        yield IdentityDeps(
            database=database,
            sealer=Sealer(KeyRing.parse(settings.sealing_keys.get_secret_value())),
            passwords=passwords,
            common_passwords=common_passwords(),
            signer=TokenSigner(key_ring, issuer=settings.token_issuer, audience=settings.token_audience),
            randomness=Randomness(),
            codes=CodeBox(key_ring),
            limits=settings.limits(),
            public_base_url=settings.public_base_url.rstrip("/"),
            zone=ZoneInfo(settings.page_zone),
        )
    finally:
        passwords.close()


def background(deps: IdentityDeps, database: Database, settings: IdentitySettings) -> Sequence[BackgroundTask]:
    """The worker's own loops: housekeeping, and mailing the links of forgotten passwords."""

    async def forget(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await forget_old(database)
                await end_overdue(database)
            except Exception as error:
                log.warning("housekeeping failed", action="forget_failed", error=type(error).__name__)
            await wait_or_stop(stop, FORGET_EVERY_SECONDS)

    async def issue_resets(stop: asyncio.Event) -> None:
        await issue_for_ever(deps, stop)

    return (BackgroundTask("forget old sign-ins", forget), BackgroundTask("issue password resets", issue_resets))


async def forget_old(database: Database) -> None:
    """Deletes what no rule of any area looks at any more."""
    for area in (sessions, contact_changes, resets, limits):
        async with database.transaction() as uow:
            await area.forget_old(uow)


async def end_overdue(database: Database) -> None:
    """Says of every invitation that expired without a ladder to say so (I8), a few in each transaction."""
    ended = 1
    while ended:
        async with database.transaction() as uow:
            ended = await expire_overdue(uow)


def keys(deps: IdentityDeps, clock: Clock) -> KeySource:
    """Identity verifies its own callers with its own tables."""
    return DatabaseKeys(deps.database, deps.signer.ring)


SERVICE: Service[IdentitySettings, IdentityDeps] = Service(
    name="identity",
    settings=IdentitySettings,
    open_deps=open_deps,
    routers=(
        account_routes.router,
        owner_routes.router,
        contact_routes.router,
        recovery_routes.router,
        client_routes.router,
        invitation_routes.router,
        session_routes.router,
        key_routes.router,
        *pages.ROUTERS,
    ),
    handlers=Handlers[IdentityDeps](invitation_handlers.HANDLERS),
    metadata=IdentityTable.metadata,
    migrations="identity_service.migrations",
    background=background,
    commands=COMMANDS,
    keys=keys,
    http=HttpOptions(docs_path="/api/identity/v1/docs", openapi_path="/api/identity/v1/openapi.json"),
)
