"""Operator commands of notifier: holding and releasing all mail, taking in a bounce from the mail server's pipe."""

import asyncio
import getpass
import json
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer
from service_kit.db import Database
from service_kit.db.trouble import is_passing
from service_kit.errors import DomainError, Unavailable

from notifier_service.bounces import service as bounces
from notifier_service.bounces.dsn import LARGEST_REPORT
from notifier_service.deps import NotifierDeps
from notifier_service.holds import service as holds
from notifier_service.holds.schemas import HoldIn
from notifier_service.settings import NotifierSettings

Open = Callable[[NotifierSettings], AbstractAsyncContextManager[tuple[Database, NotifierDeps]]]

# sysexits.h: the mail server keeps the report and hands it in again.
TRY_AGAIN = 75


def mail_commands(opened: Open) -> typer.Typer:
    """`hold`, `release` and `bounce`; the composition root says how database and dependencies are opened."""
    app = typer.Typer()
    by_option = typer.Option(help="Who does it, for the journal", default_factory=getpass.getuser)

    @app.command()
    def hold(reason: Annotated[str, typer.Option(help="Why, for the journal")], by: Annotated[str, by_option]) -> None:
        """Hold all ordinary mail of every firm; sign-in codes and security mails still go."""
        typer.echo(asyncio.run(_switch(opened, HoldIn(held=True, reason=reason), by)))

    @app.command()
    def release(by: Annotated[str, by_option]) -> None:
        """Let mail go again; a firm's own hold stays."""
        typer.echo(asyncio.run(_switch(opened, HoldIn(held=False), by)))

    @app.command()
    def bounce(
        recipient: Annotated[str | None, typer.Option(help="The report's envelope recipient, if known")] = None,
    ) -> None:
        """Take in a delivery report (RFC 3464) from stdin; exits with 75 to be called again."""
        raw = sys.stdin.buffer.read(LARGEST_REPORT + 1)
        try:
            typer.echo(asyncio.run(_bounce(opened, raw, recipient)))
        except Exception as error:
            if not isinstance(error, Unavailable) and not is_passing(error):
                raise
            typer.echo(f"not now: {error if isinstance(error, Unavailable) else type(error).__name__}", err=True)
            raise typer.Exit(TRY_AGAIN) from None

    return app


async def _switch(opened: Open, wish: HoldIn, by: str) -> str:
    try:
        async with opened(NotifierSettings.load()) as (database, _), database.transaction() as uow:
            await holds.switch(uow, None, wish, by)
            return (await holds.all_hold(uow)).model_dump_json()
    except DomainError as error:
        raise typer.BadParameter(error.detail) from None


async def _bounce(opened: Open, raw: bytes, recipient: str | None) -> str:
    async with opened(NotifierSettings.load()) as (database, deps), database.transaction() as uow:
        answer = await bounces.take_in(uow, deps.return_paths, raw, recipient)
    return json.dumps(answer.model_dump(mode="json"))
