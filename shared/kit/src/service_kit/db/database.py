"""The database of one service: its engine and the one place that commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from service_kit.db.unit_of_work import UnitOfWork
from service_kit.db.wakeups import Wakeups


@dataclass(frozen=True)
class DatabaseOptions:
    """Limits that keep one slow statement or forgotten transaction from holding everybody up. Times in seconds."""

    pool_size: int = 8
    pool_timeout: float = 5
    connect_timeout: float = 5
    statement_timeout: float = 15
    silence_timeout: float = 5
    lock_timeout: float = 5
    idle_in_transaction_timeout: float = 30


class Database:
    """Opens transactions. Close it at the end; every connection goes with it."""

    def __init__(self, url: str, *, source: str, options: DatabaseOptions | None = None) -> None:
        """`url` is `postgresql://...`; `source` is the CloudEvents source of the events this service writes."""
        self.url = url
        self.source = source
        self.engine = _engine(url, options or DatabaseOptions(), application=source)
        self.wakeups = Wakeups(self.engine, url)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        """One transaction: commits when the block ends, rolls back when it raises or was abandoned (a dry run).

        Wakes waiters after the commit.
        """
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            uow = UnitOfWork(session, self.source)
            yield uow
            await uow.flush()
            if uow.abandoned:
                await session.rollback()
                return
            await session.commit()
        self.wakeups.signal(uow.wakes)

    async def ping(self) -> None:
        """Returns when the database answers; raises whatever keeps it from answering."""
        async with asyncio.timeout(5), self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.wakeups.close()
        await self.engine.dispose()


def _engine(url: str, options: DatabaseOptions, *, application: str) -> AsyncEngine:
    milliseconds = {
        "statement_timeout": options.statement_timeout,
        "lock_timeout": options.lock_timeout,
        "idle_in_transaction_session_timeout": options.idle_in_transaction_timeout,
    }
    settings = {name: str(int(seconds * 1000)) for name, seconds in milliseconds.items()}
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=options.pool_size,
        max_overflow=0,
        pool_timeout=options.pool_timeout,
        pool_recycle=1800,
        pool_pre_ping=False,
        hide_parameters=True,  # a failing statement is logged; its values may be personal or secret
        connect_args={
            "timeout": options.connect_timeout,
            # The server ends slow statements; only the client can notice that the server itself has gone silent.
            "command_timeout": options.statement_timeout + options.silence_timeout,
            "server_settings": {"application_name": application, **settings},
        },
    )
