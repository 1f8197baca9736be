"""Least privilege in the broker: a user per service that may publish its own event types and read its own queues."""

import re
from urllib.parse import quote, unquote, urlsplit

import httpx

from service_kit.messaging.topology import EVENTS, Names


class BrokerAdmin:
    """The part of RabbitMQ's management API that `migrate` needs. Close it after use (`async with`)."""

    def __init__(self, management_url: str) -> None:
        """`management_url` carries the administrator: `http://user:password@host:15672`."""
        parts = urlsplit(management_url)
        port = f":{parts.port}" if parts.port else ""
        self._administrator = unquote(parts.username or "")
        self._client = httpx.AsyncClient(
            base_url=f"{parts.scheme}://{parts.hostname}{port}/api",
            auth=(self._administrator, unquote(parts.password or "")),
            timeout=10,
        )

    async def __aenter__(self) -> "BrokerAdmin":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def put(self, path: str, body: dict[str, str]) -> None:
        """PUT, which repeats without harm. Raises httpx.HTTPError when the broker refuses."""
        (await self._client.put(path, json=body)).raise_for_status()

    async def allow_service(self, service: str, rabbit_url: str) -> None:
        """Creates the user named in the service's own AMQP URL and gives it the service's rights, and only those.

        Raises ValueError when that is the administrator, who would be left with a service's rights.
        """
        url = urlsplit(rabbit_url)
        user = unquote(url.username or "")
        if user in ("", self._administrator):
            raise ValueError("the service's RABBIT_URL must name a broker user of its own")
        host = quote(unquote(url.path[1:]) or "/", safe="")
        await self.put(f"/users/{quote(user, safe='')}", {"password": unquote(url.password or ""), "tags": ""})
        await self.put(f"/permissions/{host}/{quote(user, safe='')}", permissions(service))
        topic = {"exchange": EVENTS, "write": f"^{re.escape(service)}\\.", "read": ".*"}
        await self.put(f"/topic-permissions/{host}/{quote(user, safe='')}", topic)


def permissions(service: str) -> dict[str, str]:
    """Regular expressions on names: nothing is declared, bindings of the own inbox may be repeated."""
    names = Names(service)
    inbox, retry = re.escape(names.inbox), re.escape(names.retry)
    return {"configure": "^$", "write": f"^({EVENTS}|{retry}|{inbox})$", "read": f"^({EVENTS}|{inbox})$"}
