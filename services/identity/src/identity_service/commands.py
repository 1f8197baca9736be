"""Operator commands of identity: rotating the signing keys, making a client for another system."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from event_contracts import source_of
from service_kit.db import Database, UnitOfWork
from service_kit.errors import Conflict
from service_kit.security.keyring import KeyRing

from identity_service.clients.service import create_client
from identity_service.keys.service import rotate
from identity_service.randomness import Randomness
from identity_service.settings import IdentitySettings

COMMANDS = typer.Typer()


@asynccontextmanager
async def _transaction(settings: IdentitySettings) -> AsyncIterator[UnitOfWork]:
    database = Database(settings.database_url.get_secret_value(), source=source_of("identity"))
    try:
        async with database.transaction() as uow:
            yield uow
    finally:
        await database.close()


@COMMANDS.command(name="rotate-keys")
def rotate_keys(
    force: Annotated[bool, typer.Option(help="Also when verifiers may not know the next key yet")] = False,
) -> None:
    """Let the next signing key sign and publish a new next one. Tokens of the old key stay valid till they expire."""
    settings = IdentitySettings.load()
    ring = KeyRing.parse(settings.key_encryption_keys.get_secret_value())

    async def run() -> str:
        async with _transaction(settings) as uow:
            return await rotate(uow, ring, force=force)

    try:
        typer.echo(json.dumps({"signing_key": asyncio.run(run())}))
    except Conflict as refusal:
        typer.echo(refusal.detail, err=True)
        raise typer.Exit(1) from None


@COMMANDS.command(name="create-client")
def create_client_command(name: Annotated[str, typer.Option(help="What the system is called")]) -> None:
    """Make a client for another system. The secret is shown now and never again."""
    settings = IdentitySettings.load()

    async def run() -> tuple[str, str]:
        async with _transaction(settings) as uow:
            return await create_client(uow, Randomness(), name)

    client_id, secret = asyncio.run(run())
    typer.echo(json.dumps({"client_id": client_id, "client_secret": secret}))
