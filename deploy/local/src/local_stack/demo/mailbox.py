"""Everybody's mails and text messages, read from the mail catcher (or from Mailpit, whose API is the same)."""

import asyncio
import re

from local_stack.demo.api import Unexpected
from local_stack.demo.waiting import until
from local_stack.mail.client import MailClient
from local_stack.mail.store import Mail

SMS_DOMAIN = "sms.localhost"
_CODE = re.compile(r"\b\d{6}\b")


class Mailbox:
    """What arrived for an address or a phone number, oldest first."""

    def __init__(self, client: MailClient) -> None:
        self._client = client

    async def mails(self, address: str) -> list[Mail]:
        return await asyncio.to_thread(self._client.mails, address)

    async def texts(self, phone: str) -> list[Mail]:
        """Text messages reach the catcher as mails to the number."""
        return await self.mails(f"{phone.removeprefix('+')}@{SMS_DOMAIN}")

    async def mails_from(self, address: str, count: int, *, within: float = 30.0) -> list[Mail]:
        """All mails for an address, once there are at least `count`."""

        async def enough() -> list[Mail] | None:
            found = await self.mails(address)
            return found if len(found) >= count else None

        return await until(enough, f"mail {count} for {address}", within=within)

    async def code(self, phone: str, *, after: int) -> str:
        """The code of the newest text message, once there are more than `after`."""

        async def newer() -> list[Mail] | None:
            found = await self.texts(phone)
            return found if len(found) > after else None

        texts = await until(newer, f"a text message for {phone}")
        code = _CODE.search(texts[-1].text)
        if code is None:
            raise Unexpected("the text message has no code of six digits")
        return code[0]


def link_in(mail: Mail) -> str:
    """The invitation's link."""
    links = [link for link in mail.links if "/invitation/" in link]
    if len(links) != 1:
        raise Unexpected(f"the mail {mail.subject!r} has {len(links)} invitation links")
    return links[0]
