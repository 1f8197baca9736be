"""The one place where identity is put together: settings, dependencies, routes, handlers, commands."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

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
from identity_service.deps import IdentityDeps
from identity_service.invitations import handlers as invitation_handlers
from identity_service.invitations import routes as invitation_routes
from identity_service.keys import routes as key_routes
from identity_service.keys.signer import DatabaseKeys, TokenSigner
from identity_service.pages import invitation_routes as invitation_pages
from identity_service.pages import session_routes as session_pages
from identity_service.passwords.hasher import Passwords, common_passwords
from identity_service.randomness import CodeBox, Randomness
from identity_service.sessions import routes as session_routes
from identity_service.sessions.service import forget_old
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
            public_base_url=settings.public_base_url.rstrip("/"),
        )
    finally:
        passwords.close()


def background(deps: IdentityDeps, database: Database, settings: IdentitySettings) -> Sequence[BackgroundTask]:
    """The worker's own loop: housekeeping of sign-in."""

    async def forget(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with database.transaction() as uow:
                    await forget_old(uow)
            except Exception as error:
                log.warning("old sign-ins not deleted", action="forget_failed", error=type(error).__name__)
            await wait_or_stop(stop, FORGET_EVERY_SECONDS)

    return (BackgroundTask("forget old sign-ins", forget),)


def keys(deps: IdentityDeps, clock: Clock) -> KeySource:
    """Identity verifies its own callers with its own tables."""
    return DatabaseKeys(deps.database, deps.signer.ring)


SERVICE: Service[IdentitySettings, IdentityDeps] = Service(
    name="identity",
    settings=IdentitySettings,
    open_deps=open_deps,
    routers=(
        account_routes.router,
        client_routes.router,
        invitation_routes.router,
        session_routes.router,
        key_routes.router,
        invitation_pages.router,
        session_pages.router,
    ),
    handlers=Handlers[IdentityDeps](invitation_handlers.HANDLERS),
    metadata=IdentityTable.metadata,
    migrations="identity_service.migrations",
    background=background,
    commands=COMMANDS,
    keys=keys,
    http=HttpOptions(docs_path="/api/identity/v1/docs", openapi_path="/api/identity/v1/openapi.json"),
)
