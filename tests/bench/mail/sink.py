"""The mail server of B7: takes every mail after a delay. `python sink.py DELAY_SECONDS`, then a number per round."""

import asyncio
import re
import sys

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session

_MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)


class Sink:
    """Counts different mails, so that a mail sent twice does not count as two."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.seen: set[bytes] = set()
        self.copies = 0
        self.expected = 0
        self.full = asyncio.Event()

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay)
        content = envelope.content
        found = _MESSAGE_ID.search(content) if isinstance(content, bytes) else None
        assert found is not None
        self.copies += 1
        self.seen.add(found[1])
        if len(self.seen) >= self.expected:
            self.full.set()
        return "250 OK"


async def main() -> None:
    """Says its port, then "full COPIES" each time as many different mails came as were asked for."""
    loop = asyncio.get_running_loop()
    sink = Sink(float(sys.argv[1]))
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            sink.expected, sink.copies = int(line), 0
            sink.seen.clear()
            sink.full.clear()
            print("ready", flush=True)
            await sink.full.wait()
            print(f"full {sink.copies}", flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
