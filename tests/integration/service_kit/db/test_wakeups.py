"""Wake-ups between processes: they come by NOTIFY, survive a lost connection, and miss nobody in this process."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from service_kit.db import Database
from service_kit.testing.proxy import tcp_proxy
from service_kit.testing.sample.service import SAMPLE
from service_kit.testing.waiting import eventually


@asynccontextmanager
async def other_process(urls):
    database = Database(urls.url, source=SAMPLE.source)
    try:
        yield database
    finally:
        await database.close()


async def signal(database):
    async with database.transaction() as uow:
        uow.wake("rows")


@pytest.fixture
async def proxy(urls):
    async with tcp_proxy(urls.url) as proxy:
        yield proxy


async def _is_signalled(waiter):
    return waiter.is_signalled


async def test_a_listener_that_lost_its_connection_listens_again_and_looks_at_once(urls, proxy):
    """What was signalled meanwhile is not known, so a new connection is a wake-up itself."""
    here = Database(proxy.url(urls.url), source=SAMPLE.source)
    async with here.wakeups.listening("rows") as waiter, other_process(urls) as there:
        await waiter.wait(10)
        proxy.cut()
        await eventually(lambda: _is_signalled(waiter))
        await waiter.wait(10)
        await signal(there)
        await eventually(lambda: _is_signalled(waiter))
    await here.close()


async def test_two_waiters_of_one_channel_in_one_process_are_both_woken(database):
    async with database.wakeups.listening("rows") as first:
        async with database.wakeups.listening("rows") as second:
            await asyncio.gather(first.wait(10), second.wait(10))
            await signal(database)
            assert first.is_signalled
            assert second.is_signalled
        await first.wait(10)
        await signal(database)
        assert first.is_signalled, "the end of the second took nothing from the first"


async def test_a_hundred_commits_in_a_row_need_few_notifications(database, urls):
    heard = []
    async with other_process(urls) as there:
        raw = await there.engine.raw_connection()
        await raw.driver_connection.add_listener("rows", lambda *_: heard.append(1))
        await asyncio.gather(*(signal(database) for _ in range(100)))

        async def any_heard():
            return heard

        await eventually(any_heard)
        await database.wakeups.close()
        assert len(heard) < 50
        await raw.driver_connection.reset()
        raw.close()
