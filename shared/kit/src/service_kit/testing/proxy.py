"""A TCP proxy between a service and its server, with which a test plays the network: cut, refuse, fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class TcpProxy:
    """Made by `tcp_proxy`. Passes everything on until it is told otherwise."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self._passing = asyncio.Event()
        self._passing.set()
        self.port = 0

    def url(self, url: str) -> str:
        """The same URL through this proxy."""
        parts = urlsplit(url)
        credentials, at, _ = parts.netloc.rpartition("@")
        netloc = f"{credentials}{at}127.0.0.1:{self.port}"
        return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))

    @property
    def connections(self) -> int:
        """How many are open to the target."""
        return len(self._writers) // 2

    def cut(self) -> None:
        """Resets all open connections; new ones pass."""
        for writer in self._writers:
            writer.transport.abort()

    def refuse(self) -> None:
        """Resets all open connections, and new ones as soon as they come."""
        self._refusing = True
        self.cut()

    def fall_silent(self) -> None:
        """Passes nothing on, in either direction, and tells nobody."""
        self._passing.clear()

    def restore(self) -> None:
        """Everything passes again."""
        self._refusing = False
        self._passing.set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        target_reader, target_writer = await asyncio.open_connection(*self._target)
        both = (writer, target_writer)
        self._writers.update(both)
        ways = ((reader, target_writer), (target_reader, writer))
        tasks = [asyncio.create_task(self._pass(source, sink)) for source, sink in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in both:
            each.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._writers.difference_update(both)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._passing.wait()
                sink.write(data)
                await sink.drain()


@asynccontextmanager
async def tcp_proxy(target: str) -> AsyncIterator[TcpProxy]:
    """A proxy on a free local port to the host and port of the URL `target`."""
    proxy = TcpProxy(target)
    running: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await proxy.accept(reader, writer)
        finally:
            running.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.restore()
        proxy.cut()
        if running:
            await asyncio.wait(running, timeout=5)
