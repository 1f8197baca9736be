"""What a channel is: two methods, and four possible answers. Channels know no state, no retry and no database."""

import re
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from notifier_service.deliveries.domain import AttemptResult
from notifier_service.templates.render import Content

_URL = re.compile(r"\b\w+://\S+")
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, rendered and ready: it exists in memory only while it is being sent."""

    message_id: UUID
    recipient: str
    recipient_name: str
    sender_name: str
    language: str
    content: Content
    secret: str | None = None
    reply_to: str | None = None
    logo: bytes | None = None

    def __repr__(self) -> str:
        """Nothing of the recipient or the content, so that no traceback shows a link or a code."""
        return f"Outgoing({self.message_id})"


class Channel(Protocol):
    """One way out, used by one worker at a time."""

    async def send(self, message: Outgoing) -> AttemptResult:
        """Tries once and says how it ended. Raises nothing but cancellation: every failure is an answer."""
        ...

    async def close(self) -> None:
        """Lets go of connections; the next `send` opens new ones."""
        ...


def clean_detail(text: str, message: Outgoing | None = None) -> str:
    """A server's words fit for the record: one line, without links (filters quote them), secret or recipient."""
    line = _URL.sub("[link]", " ".join(text.split()))
    if message is not None:
        line = line.replace(message.recipient, "[recipient]")
        if message.secret:
            line = line.replace(message.secret, "[secret]")
    return "".join(c for c in line if c.isprintable())[:_LONGEST_DETAIL]
