"""Identity's API as a process of its own, with people who may sign in; what it used is read from outside."""

import asyncio
import base64
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime

import psutil
from argon2 import PasswordHasher, Type
from client import Connections, Request
from event_contracts.identity import AccountState
from event_contracts.people import Language
from identity_service.accounts.tables import Account
from identity_service.bootstrap import SERVICE
from identity_service.passwords.hasher import LANES, MEMORY_KIB, TIME_COST
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.testing.databases import fresh_database
from sqlalchemy import insert

PEOPLE = 1024
PASSWORD = "a short sentence that stays"
CHEAP = Request("GET", "/.well-known/jwks.json")


@dataclass
class Identity:
    """The running API. Nobody of its people has a phone, so that one request is a whole sign-in (I10)."""

    port: int
    process: psutil.Process
    encoded: str
    turn: int = 0

    def next_sign_in(self) -> Request:
        """The next person's sign-in, from an address of their own, as it comes through the gateway."""
        self.turn = (self.turn + 1) % PEOPLE
        body = {"user_name": _name(self.turn), "password": PASSWORD}
        address = f"10.0.{self.turn // 250}.{self.turn % 250 + 1}"
        return Request("POST", "/api/identity/v1/sign-in", body, {"X-Forwarded-For": address})

    def cpu_seconds(self) -> float:
        used = self.process.cpu_times()
        return used.user + used.system


@asynccontextmanager
async def running_identity(postgres_url: str) -> AsyncIterator[Identity]:
    """The API with a database of its own, ready to be asked."""
    hasher = PasswordHasher(
        time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, salt_len=16, type=Type.ID
    )
    encoded = hasher.hash(PASSWORD)
    async with fresh_database(postgres_url, SERVICE) as database:
        await _add_people(database.url, encoded)
        port = _free_port()
        with _process(_environment(database.url, port)) as process:
            identity = Identity(port, psutil.Process(process.pid), encoded)
            await _answering(identity, process)
            yield identity


async def _add_people(url: str, encoded: str) -> None:
    database = Database(url, source=SERVICE.source)
    try:
        async with database.transaction() as uow:
            people = [_person(number, encoded, await uow.now()) for number in range(PEOPLE)]
            await uow.session.execute(insert(Account), [person.model_dump() for person in people])
    finally:
        await database.close()


def _person(number: int, encoded: str, now: datetime) -> Account:
    return Account(
        id=new_id(),
        email=f"{_name(number)}@example.org",
        state=AccountState.ACTIVE,
        user_name=_name(number),
        given_name="Ann",
        family_name="Lee",
        language=Language.EN,
        password_hash=encoded,
        created_at=now,
        activated_at=now,
    )


def _name(number: int) -> str:
    return f"ann.lee{number:04}"


def _environment(database_url: str, port: int) -> dict[str, str]:
    ring = "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    own = {
        "DATABASE_URL": database_url,
        "RABBIT_URL": "amqp://identity:not-used-by-an-api@127.0.0.1:5672/",
        "API_PORT": str(port),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "PUBLIC_BASE_URL": "http://localhost",
        "TOKEN_ISSUER": "http://localhost",
        "SEALING_KEYS": ring,
        "KEY_ENCRYPTION_KEYS": ring,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDENTITY_")}
    return inherited | {f"IDENTITY_{name}": value for name, value in own.items()}


@contextmanager
def _process(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "identity_service", "api"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def _answering(identity: Identity, process: subprocess.Popen[bytes]) -> None:
    """Until it answers both requests well; the first sign-in also makes the signing keys."""
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("identity did not start")
        try:
            async with Connections(identity.port) as connections:
                for request in (CHEAP, identity.next_sign_in()):
                    answer = await connections.ask(request)
                    if answer.status != 200:
                        raise RuntimeError(f"{request.path} answered {answer.status}")
                return
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("identity did not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
