"""Waiting for what others do: a poll with a deadline, and an error that says what did not happen."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class NotInTime(Exception):
    """Something did not happen before the deadline."""


async def until(probe: Callable[[], Awaitable[T | None]], what: str, *, within: float = 30.0, every: float = 0.1) -> T:
    """The first answer of `probe` that is not empty; NotInTime, naming `what`, after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := await probe()):
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {within:.0f} s")
        await asyncio.sleep(every)
    return answer
