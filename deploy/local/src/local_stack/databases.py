"""A database per service with two roles: one owns and migrates it, the other one only works in it."""

import asyncio
import secrets
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from local_stack.environment import DatabaseAccess

T = TypeVar("T")


@dataclass(frozen=True)
class Databases:
    """The databases of one stack on one server; the prefix keeps stacks that share a server apart."""

    admin_url: str
    prefix: str = ""

    def create(self, service: str) -> DatabaseAccess:
        """Make the service's database anew, with passwords that nobody knew before."""
        passwords = {role: secrets.token_urlsafe(24) for role in (self._role(service), self._owner(service))}
        run(self._create(service, passwords))
        role, owner = (self._url(service, user, passwords[user]) for user in passwords)
        return DatabaseAccess(url=role, owner_url=owner)

    def drop(self, service: str) -> None:
        run(self._drop(service))

    async def _create(self, service: str, passwords: dict[str, str]) -> None:
        await self._drop(service)
        role, owner = self._role(service), self._owner(service)
        admin = await asyncpg.connect(self.admin_url)
        try:
            for name, password in passwords.items():
                # Passwords come from token_urlsafe: no quote in them. CREATE ROLE takes no parameters.
                await admin.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'")
            # A superuser that is none everywhere (managed servers) must be a member to give something away.
            await admin.execute(f'GRANT "{owner}" TO CURRENT_USER')
            await admin.execute(f'CREATE DATABASE "{role}" OWNER "{owner}" TEMPLATE template0 ENCODING \'UTF8\'')
            await admin.execute(f'REVOKE ALL ON DATABASE "{role}" FROM PUBLIC')
            await admin.execute(f'GRANT CONNECT ON DATABASE "{role}" TO "{role}"')
        finally:
            await admin.close()
        inside = await asyncpg.connect(self._at(role))
        try:
            await inside.execute(f'ALTER SCHEMA public OWNER TO "{owner}"; REVOKE ALL ON SCHEMA public FROM PUBLIC')
            await inside.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
        finally:
            await inside.close()

    async def _drop(self, service: str) -> None:
        admin = await asyncpg.connect(self.admin_url)
        try:
            await admin.execute(f'DROP DATABASE IF EXISTS "{self._role(service)}" WITH (FORCE)')
            for name in (self._role(service), self._owner(service)):
                await admin.execute(f'DROP ROLE IF EXISTS "{name}"')
        finally:
            await admin.close()

    def _role(self, service: str) -> str:
        """The working role is named as its database."""
        return f"{self.prefix}{service}"

    def _owner(self, service: str) -> str:
        return f"{self.prefix}{service}_owner"

    def _at(self, database: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    def _url(self, service: str, user: str, password: str) -> str:
        address = urlsplit(self.admin_url).netloc.rpartition("@")[2]
        netloc = f"{quote(user)}:{password}@{address}"
        return urlunsplit(urlsplit(self.admin_url)._replace(netloc=netloc, path=f"/{self._role(service)}"))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end from anywhere, also from a thread in which an event loop is running."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()
