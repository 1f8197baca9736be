"""Confirmed publishing over a connection of its own, remade when lost: returns only when the broker has stored it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError
from pamqp.commands import Basic

PUBLISH_TIMEOUT = 10.0
CONTENT_TYPE = "application/cloudevents+json"
HEARTBEAT_SECONDS = 15


class OutcomeUnknown(AMQPError):
    """The broker did not confirm in time: the message may be stored or not, so it has to be sent again."""


async def connect(url: str, name: str) -> AbstractConnection:
    """A plain connection. Losing it is the caller's to notice and repair, so nothing is restored behind its back."""
    return await aio_pika.connect(
        url, timeout=10, heartbeat=HEARTBEAT_SECONDS, client_properties={"connection_name": name}
    )


class Publisher:
    """Publishes persistent messages with confirms; unroutable ones raise. Safe to use from many tasks."""

    def __init__(self, url: str, name: str, app_id: str) -> None:
        self._url = url
        self._name = name
        self._app_id = app_id
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, *, type: str, headers: Mapping[str, Any] | None = None
    ) -> None:
        """Publishes one message and waits for the broker's confirm.

        Raises aio_pika's DeliveryError when the broker refuses or cannot route it; OutcomeUnknown,
        another AMQPError or ConnectionError when it may or may not have been stored.
        """
        properties = Basic.Properties(
            content_type=CONTENT_TYPE,
            delivery_mode=2,
            # aiormq tells returned messages apart by message_id, so no two attempts may share one.
            message_id=uuid4().hex,
            message_type=type,
            app_id=self._app_id,
            timestamp=datetime.now(UTC),
            headers=dict(headers) if headers else None,
        )
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                channel = await (await self.channel()).get_underlay_channel()
                await channel.basic_publish(
                    body, exchange=exchange, routing_key=routing_key, mandatory=True, properties=properties
                )
        except TimeoutError:
            raise OutcomeUnknown(f"no confirm within {PUBLISH_TIMEOUT:.0f} s") from None

    async def channel(self) -> AbstractChannel:
        """The open channel; connects when there is none."""
        if self._channel is not None and not self._channel.is_closed:
            return self._channel
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                await self._disconnect()
                self._connection = await connect(self._url, self._name)
                self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            return self._channel

    @property
    def is_open(self) -> bool:
        return self._channel is not None and not self._channel.is_closed

    async def close(self) -> None:
        await self._disconnect()

    async def _disconnect(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                async with asyncio.timeout(5):
                    await connection.close()
