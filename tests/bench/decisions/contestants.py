"""Ours and the floor, each a process of its own on the same database; what they used is read from outside."""

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
from client import HOST, Connections, Request
from dossiers import Place
from joserfc.jwk import OKPKey
from local_stack.ports import free_port
from service_kit.ids import new_id
from service_kit.security.tokens import sign_token

FLOOR = Path(__file__).parent / "floor.py"
ISSUER, AUDIENCE, KID = "http://localhost", "dossier-access", "bench"
QUESTIONS = 1024
DECISIONS = "/api/dossier/v1/decisions"
Ask = Callable[[], Request]


@dataclass
class Contestant:
    """A running process, its port, and the CPU it has used."""

    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        used = self.process.cpu_times()
        return used.user + used.system


class Issuer:
    """Plays identity: signs tokens, and serves the key that verifies them."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519")
        self._jwks = json.dumps({"keys": [{**self._key.as_dict(private=False), "kid": KID}]}).encode()

    def token(self, **claims: str) -> dict[str, str]:
        """Request headers; the token outlives the whole run."""
        now = datetime.now(UTC)
        times = {name: int(now.timestamp()) for name in ("iat", "nbf")}
        times["exp"] = int((now + timedelta(hours=12)).timestamp())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "jti": str(new_id()), **times}
        return {"Authorization": f"Bearer {sign_token({**usual, **claims}, key=self._key, kid=KID)}"}

    @contextmanager
    def serving(self) -> Iterator[str]:
        jwks = self._jwks

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(jwks)

            def log_message(self, *_: object) -> None:
                """Silent."""

        server = ThreadingHTTPServer((HOST, 0), Keys)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}/"
        server.shutdown()
        server.server_close()


def question(place: Place, *, named: bool) -> dict[str, str]:
    about = {"account_id": str(place.account_id)} if named else {}
    return {**about, "dossier_id": str(place.dossier_id), "section": "asset_inventory", "action": "write"}


def asks(issuer: Issuer, places: Callable[[int], Place], dossiers: int, who: str) -> Ask:
    """Questions about dossiers from all over the table, one after the other; prepared, so that asking costs nothing.

    `who`: a person about themselves, a system about somebody, or the floor, which asks for no token.
    """
    chance = random.Random(5)
    chosen = [places(chance.randrange(dossiers)) for _ in range(QUESTIONS)]
    system = issuer.token(kind="system", sub="billing") if who == "system" else {}
    requests = []
    for place in chosen:
        headers = system
        if who == "person":
            headers = issuer.token(kind="user", sub=str(place.account_id), sid=str(new_id()))
        requests.append(Request("POST", DECISIONS, question(place, named=who != "person"), headers))
    turn = iter(range(sys.maxsize))
    return lambda: requests[next(turn) % QUESTIONS]


def batch(issuer: Issuer, places: Callable[[int], Place], dossiers: int, size: int) -> Ask:
    """A system's batch of so many different questions."""
    chance = random.Random(6)
    asked = [question(places(chance.randrange(dossiers)), named=True) for _ in range(size)]
    request = Request("POST", DECISIONS + "/batch", {"questions": asked}, issuer.token(kind="system", sub="billing"))
    return lambda: request


@asynccontextmanager
async def running_service(url: str, jwks_url: str, ready: Request) -> AsyncIterator[Contestant]:
    """The dossier service's API, as it is deployed."""
    port = free_port()
    own = {
        "DATABASE_URL": url,
        "RABBIT_URL": "amqp://dossier:not-used-by-an-api@127.0.0.1:5672/",
        "API_PORT": str(port),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "PUBLIC_BASE_URL": "http://localhost",
        "TOKEN_ISSUER": ISSUER,
        "JWKS_URL": jwks_url,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")}
    environment = inherited | {f"DOSSIER_{name}": value for name, value in own.items()}
    async with _running([sys.executable, "-m", "dossier_service", "api"], port, ready, environment) as contestant:
        yield contestant


@asynccontextmanager
async def running_floor(url: str, ready: Request) -> AsyncIterator[Contestant]:
    """The bare application beside it."""
    port = free_port()
    async with _running([sys.executable, str(FLOOR), url, str(port)], port, ready, dict(os.environ)) as contestant:
        yield contestant


@asynccontextmanager
async def _running(
    command: list[str], port: int, ready: Request, environment: dict[str, str]
) -> AsyncIterator[Contestant]:
    with _process(command, environment) as process:
        await _answering(process, port, ready)
        yield Contestant(port, psutil.Process(process.pid))


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def _answering(process: subprocess.Popen[bytes], port: int, ready: Request) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} did not start")
        try:
            async with Connections(port) as connections:
                answer = await connections.ask(ready)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        if answer.status != 200:
            raise RuntimeError(f"{process.args!r} answered {answer.status}")
        return
    raise RuntimeError(f"{process.args!r} did not answer")
