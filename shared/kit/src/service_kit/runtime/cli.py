"""The command line every service has: `api`, `worker`, `all`, `migrate`, `republish`, migration checks, and its own."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import typer
import uvloop

from service_kit.db import migrations
from service_kit.logging import LogFormat, configure_logging, get_logger
from service_kit.messaging.migrate import migrate_broker
from service_kit.messaging.republish import republish
from service_kit.runtime.process import serve
from service_kit.runtime.service import Service, open_database
from service_kit.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
Deps = TypeVar("Deps")
log = get_logger(__name__)


def run_cli(service: Service[S, Deps]) -> None:
    """Entry point of `python -m <service>`."""
    build_cli(service)()


def build_cli(service: Service[S, Deps]) -> typer.Typer:
    """The service's commands; operator commands of the service itself come beside the kit's."""
    app = typer.Typer(name=service.name, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    _add_processes(app, service)
    _add_migrations(app, service)
    _add_republish(app, service)
    if service.commands is not None:
        app.add_typer(service.commands)
    return app


def load(service: Service[S, Deps]) -> S:
    """Settings from the environment, with logging set up by them."""
    settings = service.settings.load()
    fmt: LogFormat = "console" if settings.log_format == "console" else "json"
    configure_logging(service.name, settings.log_level, fmt, cache_loggers=True)
    return settings


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def _add_processes(app: typer.Typer, service: Service[S, Deps]) -> None:
    def start(*, api: bool, worker: bool) -> None:
        settings = load(service)
        if api and service.keys is None and settings.jwks_url is None:
            settings.refuse("jwks_url", "is needed to serve the API")
        try:
            run(serve(service, settings, api=api, worker=worker))
        except Exception as error:
            log.error("process failed", action="process_failed", error=type(error).__name__, exc_info=error)
            sys.exit(1)

    @app.command()
    def api() -> None:
        """Serve HTTP."""
        start(api=True, worker=False)

    @app.command()
    def worker() -> None:
        """Consume events, relay the outbox, run the service's loops."""
        start(api=False, worker=True)

    @app.command(name="all")
    def all_() -> None:
        """API and worker in one process."""
        start(api=True, worker=True)


def _add_migrations(app: typer.Typer, service: Service[S, Deps]) -> None:
    @app.command()
    def migrate() -> None:
        """Bring database and broker to the newest version. Repeating it changes nothing."""
        run(_migrate(service, load(service)))

    @app.command()
    def check_migrations(database_url: str) -> None:
        """Upgrade an empty database and compare it with the tables as classes."""

        async def check() -> None:
            await migrations.upgrade(database_url, service.migrations)
            await migrations.check(database_url, service.migrations)

        run(check())

    @app.command()
    def new_migration(database_url: str, message: str) -> None:
        """Upgrade an empty database and write a migration for what the tables have more."""

        async def generate() -> None:
            await migrations.upgrade(database_url, service.migrations)
            await migrations.autogenerate(database_url, service.migrations, message)

        run(generate())


async def _migrate(service: Service[S, Deps], settings: S) -> None:
    database_url, rabbit_url = settings.migration_database_url, settings.migration_rabbit_url
    if database_url is None:
        settings.refuse("migration_database_url", "is needed to migrate")
    if rabbit_url is None:
        settings.refuse("migration_rabbit_url", "is needed to migrate")
    owner_url = database_url.get_secret_value()
    await migrations.upgrade(owner_url, service.migrations)
    role = urlsplit(settings.database_url.get_secret_value()).username
    if role:
        await migrations.grant(owner_url, role, service.metadata, service.append_only)
    management = settings.rabbit_management_url
    await migrate_broker(
        service.name,
        service.handlers.types,
        migration_url=rabbit_url.get_secret_value(),
        service_url=settings.rabbit_url.get_secret_value(),
        management_url=management.get_secret_value() if management else None,
    )
    log.info("migrated", action="migrated")


def _add_republish(app: typer.Typer, service: Service[S, Deps]) -> None:
    @app.command(name="republish")
    def republish_command(
        event_id: Annotated[UUID | None, typer.Option(help="One event")] = None,
        event_type: Annotated[str | None, typer.Option(help="All of this type")] = None,
        since: Annotated[datetime | None, typer.Option(help="From this time on (UTC)")] = None,
        until: Annotated[datetime | None, typer.Option(help="Before this time (UTC)")] = None,
    ) -> None:
        """Send events again that were sent already."""
        settings = load(service)

        async def again() -> int:
            async with open_database(service, settings) as database:
                return await republish(
                    database, event_id=event_id, event_type=event_type, since=_utc(since), until=_utc(until)
                )

        try:
            number = run(again())
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        typer.echo(f"{number} events will be sent again")


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
