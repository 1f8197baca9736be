"""Where the demo is played: a stack of its own with short reminders, or one that is up already."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from local_stack.demo.actors import Actor, Human
from local_stack.demo.mailbox import Mailbox
from local_stack.environment import load
from local_stack.errors import StackError
from local_stack.folders import home_of, read_state
from local_stack.mail.client import MailClient
from local_stack.processes import inherited_environment

Environment = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class Place:
    """What one needs to know of a system to play in it: two addresses, and the environment of an operator."""

    base_url: str
    mail_url: str
    environment_of: Environment


@dataclass(frozen=True)
class Stage:
    """A system with everybody's mailbox; actors share its connections."""

    place: Place
    http: httpx.AsyncClient
    mailbox: Mailbox
    actors: list[Actor] = field(default_factory=list)

    def actor(self, human: Human) -> Actor:
        self.actors.append(Actor(human, self.http, self.mailbox))
        return self.actors[-1]

    async def create_firm(self, name: str, administrator: Human) -> str:
        """An operator makes a firm whose administrator is invited; its id."""
        options = {
            "--name": name,
            "--language": administrator.language,
            "--given-name": administrator.given_name,
            "--family-name": administrator.family_name,
            "--email": administrator.email,
            "--phone": administrator.phone,
        }
        arguments = [part for option in options.items() for part in option]
        return str((await self.operate("dossier", "create-firm", *arguments))["firm_id"])

    async def operate(self, service: str, *arguments: str) -> dict[str, Any]:
        """Run an operator command of a service; what it printed."""
        return await asyncio.to_thread(_run, service, arguments, self.place.environment_of(service))


@asynccontextmanager
async def open_stage(place: Place) -> AsyncIterator[Stage]:
    """The connections of a stage, for as long as the block lasts."""
    async with connect(place) as http:
        with MailClient(place.mail_url) as mails:
            yield Stage(place, http, Mailbox(mails))


def connect(place: Place, *, address: str | None = None) -> httpx.AsyncClient:
    """Connections to the gateway, from one of this machine's own addresses when it matters whence they come."""
    # Loopback or not, nothing of a proxy that happens to be set in the shell.
    transport = httpx.AsyncHTTPTransport(local_address=address)
    return httpx.AsyncClient(base_url=place.base_url, timeout=30, trust_env=False, transport=transport)


def place_of(base_url: str, mail_url: str | None) -> Place:
    """A system that is up: a stack of this clone, or any whose operator environment and mails are given."""
    home, state = _own_stack(base_url) or (home_of(), {})
    mails = mail_url or state.get("mail_api_url")
    if mails is None:
        raise StackError(f"{base_url} is no stack of this clone: say where its mails are read (--mail-url)")
    if "DOSSIER_DATABASE_URL" in os.environ:
        return Place(base_url, mails, lambda _: os.environ)
    if not state:
        raise StackError(
            f"{base_url} is no stack of this clone: an operator makes the first firm, "
            "so the dossier service's environment (DOSSIER_DATABASE_URL and the others) must be set"
        )
    return Place(base_url, mails, lambda service: load(home, service))


def _own_stack(base_url: str) -> tuple[Path, dict[str, Any]] | None:
    """The folder and the state of the stack of this clone that runs there."""
    for file in (home_of() / "stack.json", *home_of().glob("*/stack.json")):
        state = read_state(file.parent)
        if state is not None and _same(state["base_url"], base_url):
            return file.parent, state
    return None


def _same(one: str, other: str) -> bool:
    """Whether two base URLs are one system; `localhost` is what people type."""
    first, second = (urlsplit(url.replace("//localhost", "//127.0.0.1")) for url in (one, other))
    return (first.scheme, first.netloc) == (second.scheme, second.netloc)


def _run(service: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"{service}_service", *arguments],
        env={**inherited_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"{service} {arguments[0]} ended with code {done.returncode}: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
