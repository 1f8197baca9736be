"""A real broker for tests: a virtual host of its own for each test, so that queue names never meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from uuid import uuid4

import httpx


@dataclass(frozen=True)
class TestBroker:
    """`url` has every right on the virtual host, as `migrate` has; `service_url` builds a service's own."""

    __test__ = False
    url: str
    management_url: str
    vhost: str

    def service_url(self, service: str) -> str:
        """The URL of a user that exists once `migrate_broker` has run with it."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        user = f"{service}-{self.vhost}"
        return urlunsplit((parts.scheme, f"{user}:{user}-broker@{host}", parts.path, parts.query, ""))

    @asynccontextmanager
    async def management(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the management API, signed in; paths begin with `/`."""
        parts = urlsplit(self.management_url)
        base = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/api", "", ""))
        auth = (unquote(parts.username or ""), unquote(parts.password or ""))
        async with httpx.AsyncClient(base_url=base, auth=auth, timeout=30) as client:
            yield client

    async def close_connections(self, name: str) -> int:
        """Lets the broker close this host's connections whose `connection_name` contains `name`; returns how many."""
        async with self.management() as client:
            rows = (await client.get(f"/vhosts/{self.vhost}/connections")).json()
            found = [row for row in rows if name in row.get("client_properties", {}).get("connection_name", "")]
            answers = [await client.delete(f"/connections/{quote(row['name'], safe='')}") for row in found]
        return sum(answer.is_success for answer in answers)


@asynccontextmanager
async def fresh_broker(rabbitmq_url: str, management_url: str) -> AsyncIterator[TestBroker]:
    """A new virtual host for one test; it and the users named after it are removed afterwards."""
    vhost = f"test-{uuid4().hex[:12]}"
    parts = urlsplit(rabbitmq_url)
    user = unquote(parts.username or "guest")
    url = urlunsplit((parts.scheme, parts.netloc, f"/{vhost}", parts.query, ""))
    broker = TestBroker(url, management_url, vhost)
    async with broker.management() as client:
        (await client.put(f"/vhosts/{vhost}")).raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        (await client.put(f"/permissions/{vhost}/{user}", json=everything)).raise_for_status()
        try:
            yield broker
        finally:
            await client.delete(f"/vhosts/{vhost}")
            for name in [row["name"] for row in (await client.get("/users")).json() if row["name"].endswith(vhost)]:
                await client.delete(f"/users/{name}")
