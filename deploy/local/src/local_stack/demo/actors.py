"""The people of the story and what they do with the system: read mails, open links, set passwords, sign in."""

import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from local_stack.demo.api import Api, Unexpected
from local_stack.demo.mailbox import Mailbox, link_in

IDENTITY = "/api/identity/v1"
# Tokens live ten minutes; whoever is around for longer takes new ones in time.
_RENEW_AFTER = 480.0


@dataclass(frozen=True)
class Human:
    """Somebody as others know them, and the password that only they know."""

    given_name: str
    family_name: str
    email: str
    phone: str
    language: str = "fr"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def contact(self) -> dict[str, str]:
        """As somebody else types them into the system."""
        return {**self.described(), "email": self.email, "phone": self.phone}

    def described(self) -> dict[str, str]:
        return {"given_name": self.given_name, "family_name": self.family_name, "language": self.language}


def human(given_name: str, family_name: str, language: str = "fr") -> Human:
    """Somebody nobody has met before: the address and the number are drawn at random."""
    local = f"{given_name}.{family_name}".lower().replace(" ", "-")
    number = secrets.randbelow(10**7)
    return Human(given_name, family_name, f"{local}.{secrets.token_hex(3)}@example.com", f"+3247{number:07}", language)


class Actor:
    """One human at a browser or a program, with their mailbox; signed in or not.

    `secrets` is what nobody else may ever read: the password and every token so far.
    """

    def __init__(self, human: Human, http: httpx.AsyncClient, mailbox: Mailbox) -> None:
        self.human = human
        self.mailbox = mailbox
        self.anonymous = Api(http)
        self.api = Api(http, self._access_token)
        self.account_id = ""
        self.user_name = ""
        self.secrets = {human.password}
        self._tokens: dict[str, Any] = {}
        self._signed_in_at = 0.0

    def over(self, http: httpx.AsyncClient) -> Api:
        """The same session over other connections: from another address, say."""
        return Api(http, self._access_token)

    async def newest_link(self) -> str:
        """The link of the newest mail, once there is one."""
        return link_in((await self.mailbox.mails_from(self.human.email, 1))[-1])

    async def look(self, link: str) -> httpx.Response:
        """The page behind a link, as a browser asks for it."""
        return await self.anonymous.send("GET", urlsplit(link).path)

    async def join(self, link: str) -> str:
        """Opens the page, sets the password in its form, and reads the page that says so."""
        page = await self.look(link)
        if page.status_code != 200 or "<form" not in page.text:
            raise Unexpected(f"the link's page answered {page.status_code} without a form")
        form = {"user_name": "", "password": self.human.password}
        sent = await self.anonymous.send("POST", urlsplit(link).path, form=form)
        if sent.status_code != 303:
            raise Unexpected(f"the invitation's form was answered {sent.status_code}")
        done = await self.anonymous.send("GET", sent.headers["location"])
        if done.status_code != 200 or "/sign-in" not in done.text:
            raise Unexpected(f"the page after the invitation's form was answered {done.status_code}")
        return page.text

    async def sign_in(self) -> None:
        """E-mail and password, then the code that comes by text message (I10)."""
        before = len(await self.mailbox.texts(self.human.phone))
        name = {"user_name": self.human.email, "password": self.human.password}
        challenge = await self.anonymous.post(f"{IDENTITY}/sign-in", name)
        code = await self.mailbox.code(self.human.phone, after=before)
        path = f"{IDENTITY}/sign-in/{challenge['challenge_id']}/code"
        self._keep(await self.anonymous.post(path, {"code": code}))
        me = await self.api.get(f"{IDENTITY}/me")
        self.account_id, self.user_name = me["account_id"], me["user_name"]

    async def decline(self, link: str) -> None:
        """Says no to what the link offers (I5)."""
        await self.anonymous.post(f"{IDENTITY}/invitations/{link.rpartition('/')[2]}/declination")

    async def change_phone(self, phone: str) -> None:
        """Gives the password, then the code that comes to the new number (I9)."""
        wanted = {"kind": "phone", "value": phone, "password": self.human.password}
        change = await self.api.post(f"{IDENTITY}/me/contact-changes", wanted)
        code = await self.mailbox.code(phone, after=0)
        await self.api.post(f"{IDENTITY}/me/contact-changes/{change['change_id']}/confirmation", {"code": code})
        self.human = replace(self.human, phone=phone)

    async def sign_out(self) -> None:
        await self.api.post(f"{IDENTITY}/sign-out")

    async def join_and_sign_in(self) -> None:
        """From the newest mail to a session."""
        await self.join(await self.newest_link())
        await self.sign_in()

    async def _access_token(self) -> str:
        if not self._tokens:
            raise Unexpected(f"{self.human.name} has not signed in")
        if time.monotonic() > self._signed_in_at + _RENEW_AFTER:
            body = {"refresh_token": self._tokens["refresh_token"]}
            self._keep(await self.anonymous.post(f"{IDENTITY}/tokens/refresh", body))
        return str(self._tokens["access_token"])

    def _keep(self, tokens: dict[str, Any]) -> None:
        self._tokens, self._signed_in_at = tokens, time.monotonic()
        self.secrets |= {tokens["access_token"], tokens["refresh_token"]}
