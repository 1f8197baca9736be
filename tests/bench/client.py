"""A client that costs next to nothing: kept connections, requests as bytes, answers read as far as their length."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """One request; `sent` is what travels."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sent(self) -> bytes:
        body = b"" if self.body is None else json.dumps(self.body).encode()
        headers = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in {**headers, **self.headers}.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Answer:
    """Its status, and the seconds since the moment it was wanted (not since a connection was free)."""

    status: int
    seconds: float


class Connections:
    """As many connections as there are requests at one moment; each is used again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> "Connections":
        return self

    async def __aexit__(self, *_: object) -> None:
        for _, writer in self._free:
            writer.close()

    async def ask(self, request: Request, wanted_at: float | None = None) -> Answer:
        wanted = time.perf_counter() if wanted_at is None else wanted_at
        async with self._connection() as (reader, writer):
            writer.write(request.sent)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            await reader.readexactly(length)
        return Answer(int(head[9:12]), time.perf_counter() - wanted)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        pair = self._free.pop() if self._free else await asyncio.open_connection(HOST, self._port)
        yield pair
        self._free.append(pair)


async def hammer(port: int, make: Callable[[], Request], clients: int, seconds: float) -> list[Answer]:
    """So many clients, each asking again as soon as it is answered."""
    ends = time.perf_counter() + seconds
    answers: list[Answer] = []
    async with Connections(port) as connections:

        async def client() -> None:
            while time.perf_counter() < ends:
                answers.append(await connections.ask(make()))

        await asyncio.gather(*(client() for _ in range(clients)))
    return answers


async def arrive(port: int, make: Callable[[], Request], rate: float, seconds: float) -> list[Answer]:
    """Requests at a steady rate, whether or not earlier ones are answered."""
    started = time.perf_counter()
    async with Connections(port) as connections, asyncio.TaskGroup() as group:
        asked = []
        for number in range(int(rate * seconds)):
            wanted_at = started + number / rate
            await asyncio.sleep(max(0.0, wanted_at - time.perf_counter()))
            asked.append(group.create_task(connections.ask(make(), wanted_at)))
        await asyncio.gather(*asked)
        return [each.result() for each in asked]
