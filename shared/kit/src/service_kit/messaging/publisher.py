"""Confirmed publishing over a connection of its own, remade when lost: returns only when the broker has stored it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aio_pika.abc import AbstractChannel, AbstractConnection
from pamqp.commands import Basic

from service_kit.messaging.connection import broker_errors, connect, disconnect

PUBLISH_TIMEOUT = 10.0
CONTENT_TYPE = "application/cloudevents+json"


class Publisher:
    """Publishes persistent messages with confirms; unroutable ones raise. Safe to use from many tasks."""

    def __init__(self, url: str, name: str, app_id: str, *, timeout: float = PUBLISH_TIMEOUT) -> None:
        self._url = url
        self._timeout = timeout
        self._name = name
        self._app_id = app_id
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, *, type: str, headers: Mapping[str, Any] | None = None
    ) -> None:
        """Publishes one message and waits for the broker's confirm.

        Raises aio_pika's DeliveryError when the broker refuses or cannot route it; OutcomeUnknown or
        another AMQPError when it may or may not have been stored.
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
        with broker_errors():
            async with asyncio.timeout(self._timeout):
                channel = await (await self.channel()).get_underlay_channel()
                await channel.basic_publish(
                    body, exchange=exchange, routing_key=routing_key, mandatory=True, properties=properties
                )

    async def channel(self) -> AbstractChannel:
        """The open channel; connects when there is none."""
        if self._channel is not None and not self._channel.is_closed:
            return self._channel
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                await self.close()
                self._connection = await connect(self._url, self._name)
                with broker_errors():
                    async with asyncio.timeout(self._timeout):
                        self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            return self._channel

    async def close(self) -> None:
        """Closes the connection; the next publish makes a new one."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            await disconnect(connection)
