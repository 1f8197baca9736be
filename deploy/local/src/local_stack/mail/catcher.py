"""The catcher's process: takes every mail that comes in over SMTP and keeps it; sends nothing on."""

import argparse
import asyncio
import threading
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from local_stack.mail import api
from local_stack.mail.store import MailStore
from local_stack.ports import LOOPBACK

_MAX_SIZE = 10_000_000


class _Keeper:
    """aiosmtpd's handler: the 250 is said after the file is there."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self._store.add(content, envelope.mail_from or "", envelope.rcpt_tos)
        return "250 2.0.0 kept"


async def serve(folder: Path, smtp_port: int, http_port: int) -> None:
    """Run both listeners until the process is ended."""
    store = MailStore(folder)
    listing = api.server(LOOPBACK, http_port, store)
    threading.Thread(target=listing.serve_forever, daemon=True).start()
    loop = asyncio.get_running_loop()
    keeper = _Keeper(store)
    smtp = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", data_size_limit=_MAX_SIZE, enable_SMTPUTF8=True, loop=loop),
        LOOPBACK,
        smtp_port,
    )
    async with smtp:
        await smtp.serve_forever()


def main() -> None:
    """`python -m local_stack.mail.catcher FOLDER SMTP_PORT HTTP_PORT`; the stack runs it so."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("smtp_port", type=int)
    parser.add_argument("http_port", type=int)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.folder, arguments.smtp_port, arguments.http_port))


if __name__ == "__main__":
    main()
