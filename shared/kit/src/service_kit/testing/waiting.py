"""Waiting in tests: a poll with a deadline, never a bare sleep."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(probe: Callable[[], Awaitable[T]], *, within: float = 15, every: float = 0.02) -> T:
    """The first truthy answer of `probe`; AssertionError with the last answer after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        answer = await probe()
        if answer:
            return answer
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {within} s; the last answer was {answer!r}")
        await asyncio.sleep(every)
