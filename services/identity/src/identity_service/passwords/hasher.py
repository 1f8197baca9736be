"""Argon2id off the event loop (I4): a fixed number of threads, a bounded queue, equal work for unknown people."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from service_kit.errors import Unavailable

from identity_service.passwords.domain import LONGEST, prepared
from identity_service.passwords.strength import guesses

# OWASP's first choice for Argon2id; the library's defaults take 64 MiB and four lanes per sign-in.
MEMORY_KIB = 19 * 1024
TIME_COST = 2
LANES = 1
_RETRY_AFTER = 2
_NICENESS = 5

T = TypeVar("T")


class Passwords:
    """Hashes and verifies. Each hash holds 19 MiB, so `threads` bounds the memory and `queue` bounds the waiting."""

    def __init__(self, *, threads: int, queue: int) -> None:
        self._hasher = PasswordHasher(
            time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, salt_len=16, type=Type.ID
        )
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="argon2", initializer=_give_way)
        self._bound = threads + queue
        self._running = 0
        # Verified against when there is nobody to verify: same work, never a match, since nobody knows its password.
        self._nobody = self._hasher.hash("the password of nobody, which is longer than any allowed " + "." * LONGEST)

    async def hash(self, password: str) -> str:
        """The encoded hash; Unavailable when too many wait already."""
        return await self._run(lambda: self._hasher.hash(prepared(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; with nothing stored the same work is done for nothing (I10)."""
        text = prepared(password)
        # Nothing longer was ever accepted; cutting it keeps the work equal whatever is sent.
        matches = await self._run(lambda: self._matches(stored or self._nobody, text[: LONGEST + 1]))
        return matches and stored is not None

    async def guesses(self, password: str, names: Collection[str]) -> int:
        """How many guesses it withstands, estimated on the same threads: it takes as long as a hash."""
        text = prepared(password)
        return await self._run(lambda: guesses(text, names))

    def check_room(self) -> None:
        """Unavailable when too many wait already; asked before any other work, it answers overload at once."""
        if self._running >= self._bound:
            raise Unavailable("busy", "Too many people are signing in at this moment.", retry_after=_RETRY_AFTER)

    def close(self) -> None:
        """Stops the threads; what is queued is dropped."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        self.check_room()
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._running -= 1


def _give_way() -> None:
    """Lets every other request go first where cores are few: on Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def common_passwords() -> frozenset[str]:
    """The list shipped with the service, in lower case; only those long enough to pass the length rule matter."""
    text = files("identity_service.passwords").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip())
