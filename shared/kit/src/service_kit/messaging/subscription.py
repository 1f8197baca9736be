"""One subscription to a service's inbox: deliveries wait here in the order they came, and are acked batch by batch."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import aiormq
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from service_kit.messaging.connection import broker_errors, connect, disconnect
from service_kit.messaging.topology import EVENTS, Names, bind

RPC_TIMEOUT = 15.0
FIRST_MESSAGE_SECONDS = 0.5
# More than a few at once is a stream: a fuller batch is worth this short wait. A message on its own never waits.
FEW = 4
LINGER_SECONDS = 0.005


class SubscriptionLost(Exception):
    """Nothing more comes or can be acked here: what was not acked comes again to a new subscription."""


class Subscription:
    """Made by `subscribe`. Its channel carries this one consumer and nothing else, so delivery tags have no gaps."""

    def __init__(self, channel: AbstractChannel, queue: AbstractQueue, types: Sequence[str]) -> None:
        self._channel = channel
        self._queue = queue
        self._types = types
        self._waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._tag = ""
        self._acked = 0

    async def start(self) -> None:
        """Repeats the bindings and begins to receive."""
        await bind(self._queue, EVENTS, self._types)
        self._tag = await self._queue.consume(self._waiting.put)

    @property
    def is_closed(self) -> bool:
        return self._channel.is_closed

    @property
    def is_empty(self) -> bool:
        return self._waiting.empty()

    async def take(self, most: int) -> list[AbstractIncomingMessage]:
        """What is waiting, up to `most`; waits for the first one for a moment, and under load for its followers too."""
        try:
            async with asyncio.timeout(FIRST_MESSAGE_SECONDS):
                messages = [await self._waiting.get()]
        except TimeoutError:
            return []
        self._take_waiting(messages, most)
        if FEW < len(messages) < most:
            await asyncio.sleep(LINGER_SECONDS)
            self._take_waiting(messages, most)
        return messages

    def _take_waiting(self, messages: list[AbstractIncomingMessage], most: int) -> None:
        while len(messages) < most and not self._waiting.empty():
            messages.append(self._waiting.get_nowait())

    async def ack(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        """Acks a batch in one frame. That frame acks everything older too, so the batch must follow the last acked."""
        last = max(message.delivery_tag or 0 for message in messages)
        if self._channel.is_closed or last != self._acked + len(messages):
            raise SubscriptionLost("the channel was closed before the ack, or deliveries are missing")
        with broker_errors():
            await (await self._channel.get_underlay_channel()).basic_ack(last, multiple=True)
        self._acked = last

    async def require_consumer(self) -> None:
        """The broker can cancel a consumer (its queue was deleted or moved) on a connection that stays healthy."""
        if self._channel.is_closed:
            raise SubscriptionLost("the channel was closed")
        with broker_errors():
            underlay = cast(aiormq.Channel, await self._channel.get_underlay_channel())
        if self._tag not in underlay.consumers:
            raise SubscriptionLost("the broker cancelled the consumer")

    async def repair(self) -> None:
        """Asks the broker whether the queue still feeds a consumer, and restores bindings that were removed."""
        with broker_errors():
            async with asyncio.timeout(RPC_TIMEOUT):
                state = await self._channel.declare_queue(self._queue.name, passive=True)
                await bind(self._queue, EVENTS, self._types)
        if not state.declaration_result.consumer_count:
            raise SubscriptionLost("the queue has no consumer")

    async def cancel(self) -> None:
        """No more deliveries; those that came already still wait here and can be acked."""
        with broker_errors():
            async with asyncio.timeout(RPC_TIMEOUT):
                await self._queue.cancel(self._tag)


@asynccontextmanager
async def subscribe(url: str, names: Names, types: Sequence[str], prefetch: int) -> AsyncIterator[Subscription]:
    """A subscription on a connection of its own, for the length of the block."""
    connection = await connect(url, f"{names.service} consumer")
    try:
        with broker_errors():
            async with asyncio.timeout(RPC_TIMEOUT):
                channel = await connection.channel()
                await channel.set_qos(prefetch)
                subscription = Subscription(channel, await channel.get_queue(names.inbox, ensure=True), types)
                await subscription.start()
        yield subscription
    finally:
        await disconnect(connection)
