"""Migrations of one service: upgrade under a lock, grants for the runtime role, and the checks `make check` runs."""

import asyncio
import re
from collections.abc import Callable, Collection
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

_PARTITION = re.compile(r"_(p[0-9]{6}|default)$")
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('service_kit.migrate'))"
_READ_ONLY = frozenset({"app_clock"})


def run(metadata: MetaData) -> None:
    """What a service's `env.py` calls: runs the migrations on the connection that `upgrade` or `check` opened."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=False,
        include_object=lambda _object, name, kind, *_: not (kind == "table" and _PARTITION.search(name or "")),
    )
    with context.begin_transaction():
        context.run_migrations()


def alembic_config(migrations: str) -> Config:
    """Alembic's configuration for a migrations package such as `identity_service.migrations`."""
    package, _, folder = migrations.rpartition(".")
    config = Config()
    config.set_main_option("script_location", f"{package}:{folder}")
    config.set_main_option("path_separator", "os")
    return config


async def upgrade(url: str, migrations: str) -> None:
    """Brings the database to the newest version, in one transaction, one migrator at a time."""
    await _in_transaction(url, lambda connection: _alembic_upgrade(connection, migrations))


async def check(url: str, migrations: str) -> None:
    """Raises when the tables as classes and the migrated database differ, or when there is more than one head."""
    heads = ScriptDirectory.from_config(alembic_config(migrations)).get_heads()
    if len(heads) != 1:
        raise RuntimeError(f"{migrations} has {len(heads)} heads: {', '.join(heads)}")
    await _in_transaction(url, lambda connection: _alembic_check(connection, migrations))


async def autogenerate(url: str, migrations: str, message: str) -> None:
    """Writes a new migration for what changed in the tables."""

    def revise(connection: Connection) -> None:
        config = alembic_config(migrations)
        config.attributes["connection"] = connection
        folder = Path(ScriptDirectory.from_config(config).dir) / "versions"
        number = 1 + sum(1 for _ in folder.glob("[0-9]*.py"))
        command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")

    await _in_transaction(url, revise)


async def grant(url: str, role: str, metadata: MetaData, append_only: Collection[str]) -> None:
    """Gives the runtime role what it needs and no more: append-only tables stay as they are written."""
    quoted = '"' + role.replace('"', '""') + '"'
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
    ]
    for table in metadata.sorted_tables:
        rights = "SELECT, INSERT, UPDATE, DELETE"
        if table.name in _READ_ONLY:
            rights = "SELECT"
        elif table.name in append_only:
            rights = "SELECT, INSERT"
        statements.append(f'REVOKE ALL ON TABLE "{table.name}" FROM {quoted}')
        statements.append(f'GRANT {rights} ON TABLE "{table.name}" TO {quoted}')
    for function in ("ensure_partitions(text, integer)", "drop_partitions(text, interval)"):
        statements.append(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")

    def execute(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    await _in_transaction(url, execute)


def _alembic_upgrade(connection: Connection, migrations: str) -> None:
    config = alembic_config(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _alembic_check(connection: Connection, migrations: str) -> None:
    config = alembic_config(migrations)
    config.attributes["connection"] = connection
    command.check(config)


async def _in_transaction(url: str, work: Callable[[Connection], None]) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await _locked(connection)
            await connection.run_sync(work)
    finally:
        await engine.dispose()


async def _locked(connection: AsyncConnection) -> None:
    async with asyncio.timeout(120):
        await connection.execute(text(_LOCK))
