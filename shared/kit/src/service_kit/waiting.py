"""Waiting that ends early when the process is asked to stop."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress


async def wait_or_stop(stop: asyncio.Event, seconds: float) -> bool:
    """Returns after `seconds`, or as soon as `stop` is set; tells whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()


async def first_of(stop: asyncio.Event, waiting: Awaitable[object]) -> None:
    """Waits until `stop` is set or `waiting` is done, and leaves no task behind."""
    tasks = (asyncio.ensure_future(stop.wait()), asyncio.ensure_future(waiting))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
