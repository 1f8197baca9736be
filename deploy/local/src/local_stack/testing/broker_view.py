"""The broker of a stack as its operator sees it: letters that lie in a queue, and letters put into an exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from local_stack.environment import SERVICES
from local_stack.stack import LocalStack


@dataclass(frozen=True)
class Letter:
    """A message that came to rest."""

    body: str
    routing_key: str
    headers: Mapping[str, Any]


class BrokerView:
    """Over RabbitMQ's management API, so that it needs no connection that an outage could break."""

    def __init__(self, stack: LocalStack) -> None:
        self._vhost = quote(stack.vhost, safe="")
        self._http = httpx.AsyncClient(base_url=stack.management_url, timeout=30, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def publish(
        self, exchange: str, routing_key: str, body: str, *, headers: Mapping[str, Any] | None = None
    ) -> None:
        """A persistent message, as some program that is not ours might send it."""
        properties = {"delivery_mode": 2, "content_type": "application/json", "headers": dict(headers or {})}
        message = {"properties": properties, "routing_key": routing_key, "payload": body, "payload_encoding": "string"}
        answer = await self._http.post(f"/api/exchanges/{self._vhost}/{exchange}/publish", json=message)
        answer.raise_for_status()

    async def take(self, queue: str, count: int = 1000) -> list[Letter]:
        """The letters of a queue, which are gone from it afterwards."""
        body = {"count": count, "ackmode": "ack_requeue_false", "encoding": "auto"}
        answer = await self._http.post(f"/api/queues/{self._vhost}/{quote(queue, safe='')}/get", json=body)
        return [
            Letter(found["payload"], found["routing_key"], found["properties"].get("headers") or {})
            for found in answer.raise_for_status().json()
        ]

    async def stranded(self) -> dict[str, list[Letter]]:
        """What lies where only trouble puts it, by queue; empty after a run without trouble."""
        queues = ["events.unrouted", *(f"{service}.{end}" for service in SERVICES for end in ("dead", "parked"))]
        found = {queue: await self.take(queue) for queue in queues}
        return {queue: letters for queue, letters in found.items() if letters}

    async def consumers(self) -> dict[str, int]:
        """How many consumers each inbox has, as far as the statistics have come."""
        answer = (await self._http.get(f"/api/queues/{self._vhost}")).raise_for_status().json()
        inboxes = {f"{service}.inbox" for service in SERVICES}
        return {queue["name"]: queue.get("consumers", 0) for queue in answer if queue["name"] in inboxes}
