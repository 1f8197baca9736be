"""What a request or message was caused by, in a context variable: all logs and events of one piece of work share it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from service_kit.ids import new_id

_PLAIN_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class MessageContext:
    """`correlation_id` is shared by all that one request caused; `causation_id` is the request or event just before.

    `client_address`: whence a request came, as far as trusted proxies vouch for it; messages have none.
    """

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    client_address: str | None = None

    @classmethod
    def received(
        cls,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        traceparent: str | None = None,
        client_address: str | None = None,
    ) -> "MessageContext":
        """From values that somebody else sent: malformed or overlong ones are dropped, a correlation id is made."""
        return cls(
            correlation_id=_plain(correlation_id) or str(new_id()),
            causation_id=_plain(causation_id),
            traceparent=traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None,
            client_address=client_address,
        )

    @property
    def trace_id(self) -> str | None:
        """The trace id of W3C `traceparent`."""
        return self.traceparent.split("-")[1] if self.traceparent else None


def _plain(value: str | None) -> str | None:
    return value if value and _PLAIN_ID.fullmatch(value) else None


_context: ContextVar[MessageContext | None] = ContextVar("service_kit_context", default=None)


def known_context() -> MessageContext | None:
    """The context of the work being done, or None outside any."""
    return _context.get()


def current_context() -> MessageContext:
    """The context of the work being done; outside any, a new one each time (long-lived loops must not share one)."""
    return _context.get() or MessageContext.received()


@contextmanager
def use_context(context: MessageContext) -> Iterator[MessageContext]:
    """Everything inside the block belongs to `context`."""
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)
