"""The database edge: one place commits, the runtime role may do little, clocks follow `app_now()`."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import service_kit
from event_contracts.notifier import MessageRef, MessageSuppressed
from service_kit.clock import DatabaseClock
from service_kit.db import Database, DatabaseOptions, migrations
from service_kit.ids import new_id
from service_kit.testing.clock import set_app_now
from service_kit.testing.sample.service import SAMPLE, Note
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

ROOT = Path(service_kit.__file__).parents[4]


def test_nothing_commits_outside_the_database_edge():
    edge = Path(service_kit.__file__).parent / "db"
    sources = [path for folder in ("shared", "services") for path in (ROOT / folder).rglob("src/**/*.py")]
    assert len(sources) > 50, "the sources were not found"
    committing = [path for path in sources if edge not in path.parents and ".commit(" in path.read_text()]
    assert committing == []


async def _insert(database, name):
    async with database.transaction() as uow:
        uow.insert(Note, {"event_id": new_id(), "account_id": new_id(), "user_name": name})


async def _notes(database):
    async with database.engine.connect() as connection:
        return (await connection.execute(text("SELECT user_name FROM note"))).scalars().all()


async def test_a_block_that_raises_leaves_nothing_and_wakes_nobody(database):
    async with database.wakeups.listening("rows") as waiter:
        await waiter.wait(5)
        with pytest.raises(LookupError):
            async with database.transaction() as uow:
                uow.insert(Note, {"event_id": new_id(), "account_id": new_id(), "user_name": "gone"})
                uow.wake("rows")
                raise LookupError
        assert not waiter.is_signalled
        async with database.transaction() as uow:
            uow.wake("rows")
        assert waiter.is_signalled
    assert await _notes(database) == []


async def test_a_transaction_that_is_cancelled_gives_its_connection_back(urls):
    database = Database(urls.url, source=SAMPLE.source, options=DatabaseOptions(pool_size=1, pool_timeout=2))
    entered = asyncio.Event()

    async def hang():
        async with database.transaction() as uow:
            await uow.now()
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await entered.wait()
    with pytest.raises(PoolTimeout):
        await _insert(database, "no connection is free")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await _insert(database, "free again")
    assert await _notes(database) == ["free again"]
    await database.close()


async def test_queued_rows_are_visible_to_the_next_statement_and_conflicts_are_skipped_when_asked(database):
    row = {"event_id": new_id(), "account_id": new_id(), "user_name": "one"}
    async with database.transaction() as uow:
        uow.insert(Note, row)
        uow.insert(Note, row, ignore_conflicts=True)
        assert (await uow.session.execute(text("SELECT count(*) FROM note"))).scalar_one() == 1
    with pytest.raises(IntegrityError):
        async with database.transaction() as uow:
            uow.insert(Note, row)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE app_clock SET \"offset\" = '1 day'",
        "DELETE FROM app_clock",
        "CREATE TABLE mine (id int)",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN more text",
        "TRUNCATE note",
        "UPDATE note SET user_name = 'changed'",
        "DELETE FROM note",
        "SELECT drop_partitions('note', interval '1 day')",
    ],
)
async def test_the_runtime_role_may_not(database, urls, statement):
    role = database.engine.url.username
    await migrations.grant(urls.owner_url, role, SAMPLE.metadata, append_only=("note",))
    await _insert(database, "kept")
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner|only outbox and inbox"):
        async with database.transaction() as uow:
            await uow.session.execute(text(statement))
    assert await _notes(database) == ["kept"]


async def test_clocks_follow_the_application_clock_of_the_database(database, urls):
    clock = DatabaseClock(database.engine)
    await set_app_now(urls.owner_url, timedelta(days=30))
    await clock.refresh()
    async with database.transaction() as uow:
        stored = await uow.now()
        assert await uow.now() is stored, "one transaction has one time"
    expected = datetime.now(UTC) + timedelta(days=30)
    assert abs(clock.now() - expected) < timedelta(minutes=1)
    assert abs(stored - expected) < timedelta(minutes=1)


async def test_migrating_and_granting_again_changes_nothing_and_the_classes_agree(urls):
    await migrations.upgrade(urls.owner_url, SAMPLE.migrations)
    await migrations.check(urls.owner_url, SAMPLE.migrations)


async def test_an_abandoned_block_tells_what_it_would_have_said_and_leaves_nothing(database):
    async with database.wakeups.listening("rows") as waiter:
        await waiter.wait(5)
        async with database.transaction() as uow:
            uow.insert(Note, {"event_id": new_id(), "account_id": new_id(), "user_name": "gone"})
            message = MessageRef(message_id=new_id(), template="note", channel="mail")
            uow.outbox.add(MessageSuppressed(message=message, reason="never said"))
            uow.wake("rows")
            uow.abandon()
        assert [type(event) for event in uow.outbox.said] == [MessageSuppressed]
        assert not waiter.is_signalled
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0
    assert await _notes(database) == []
