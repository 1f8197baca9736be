"""Where a message goes that is not done: a delay queue, the dead letters, the parked ones. Confirmed before its ack."""

import time
from collections.abc import Mapping
from datetime import timedelta

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from service_kit.logging import get_logger
from service_kit.messaging.delivery import ATTEMPTS, UNKNOWN_SINCE, Undeliverable, unknown_since
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.retry_policy import RetryPolicy
from service_kit.messaging.topology import Names
from service_kit.messaging.trouble import Trouble

MAX_REASON = 500
# What the broker noted about an earlier stay in its queues; it would not be true of the new message.
_OF_THE_BROKER = ("x-death", "x-delivery-count")

log = get_logger(__name__)


class Disposal:
    """Publishes to the service's own retry exchange; Trouble when the broker does not confirm.

    Reasons name types and rules, never values of the body.
    """

    def __init__(self, publisher: Publisher, names: Names, policy: RetryPolicy) -> None:
        self._publisher = publisher
        self._names = names
        self._policy = policy

    async def failed(
        self, message: AbstractIncomingMessage, handler: str, attempt: int, reason: str, wanted: timedelta | None = None
    ) -> str:
        """After failed attempt number `attempt`: a delay queue, or the dead letters. Returns the outcome's name."""
        delay = self._policy.delay_after(attempt, wanted)
        if delay is None:
            await self.dead(message, handler, attempt, reason)
            return "dead"
        log.warning("message retried", action="message_retried", handler=handler, attempt=attempt, reason=reason)
        await self._publish(message, delay, {ATTEMPTS: attempt, "x-reason": reason[:MAX_REASON], "x-handler": handler})
        return "retried"

    async def dead(self, message: AbstractIncomingMessage, handler: str, attempt: int, reason: str) -> None:
        """To the dead letters, with reason, handler and attempt in the headers."""
        log.error("message is dead", action="message_dead", handler=handler, attempt=attempt, reason=reason)
        await self._publish(message, "dead", {"x-reason": reason[:MAX_REASON], "x-handler": handler, ATTEMPTS: attempt})

    async def undeliverable(self, item: Undeliverable) -> str:
        """Malformed: dead. Unknown type or version: tried again for a day, then parked."""
        if not item.unknown:
            await self.dead(item.message, "", 0, item.reason)
            return "dead"
        now = time.time()
        since = unknown_since(item.message, now)
        parked = now - since >= self._policy.park_unknown_after.total_seconds()
        key = "parked" if parked else self._policy.unknown_delay
        log.warning("message not understood", action="message_unknown", reason=item.reason, next=key)
        await self._publish(item.message, key, {UNKNOWN_SINCE: since, "x-reason": item.reason[:MAX_REASON]})
        return "parked" if parked else "retried"

    async def _publish(
        self, message: AbstractIncomingMessage, key: str, headers: Mapping[str, str | int | float]
    ) -> None:
        kept = {name: value for name, value in message.headers.items() if name not in _OF_THE_BROKER}
        try:
            await self._publisher.publish(
                self._names.retry, key, message.body, type=message.type or "", headers={**kept, **headers}
            )
        except AMQPError as error:
            raise Trouble("broker", error) from error
