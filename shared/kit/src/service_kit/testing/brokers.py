"""A real broker for tests: a virtual host of its own for each test, so that queue names never meet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit
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
async def fresh_broker(rabbitmq_url: str, management_url: str) -> AsyncIterator[TestBroker]:
    """A new virtual host for one test; it and the users named after it are removed afterwards."""
    vhost = f"test-{uuid4().hex[:12]}"
    parts, admin = urlsplit(rabbitmq_url), urlsplit(management_url)
    user = unquote(parts.username or "guest")
    base = urlunsplit((admin.scheme, admin.netloc.rpartition("@")[2], "/api", "", ""))
    auth = (unquote(admin.username or ""), unquote(admin.password or ""))
    async with httpx.AsyncClient(base_url=base, auth=auth, timeout=30) as client:
        (await client.put(f"/vhosts/{vhost}")).raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        (await client.put(f"/permissions/{vhost}/{user}", json=everything)).raise_for_status()
        try:
            yield TestBroker(
                urlunsplit((parts.scheme, parts.netloc, f"/{vhost}", parts.query, "")), management_url, vhost
            )
        finally:
            await client.delete(f"/vhosts/{vhost}")
            for name in [row["name"] for row in (await client.get("/users")).json() if row["name"].endswith(vhost)]:
                await client.delete(f"/users/{name}")
