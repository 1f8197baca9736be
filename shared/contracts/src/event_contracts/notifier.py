"""What notifier says: what became of each mail and SMS (M4, M5)."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from event_contracts.envelope import ContractModel, EventData
from event_contracts.people import LadderKey, LadderPolicy


class MessageRef(ContractModel):
    """Which message: its template and what it was about, so that others can note its state."""

    message_id: UUID
    template: str
    channel: str
    firm_id: UUID | None = None
    account_id: UUID | None = None
    invitation_id: UUID | None = None
    offer_ids: tuple[UUID, ...] = ()


class LadderStart(ContractModel):
    """Carried by a first invitation mail: its being sent arms this ladder (R1)."""

    ladder: LadderKey
    policy: LadderPolicy


class MessageSent(EventData):
    """The mail or SMS server took the message; `sent_at` is when it answered 250."""

    event_type: ClassVar[str] = "notifier.message.sent.v1"
    message: MessageRef
    sent_at: AwareDatetime
    starts: LadderStart | None = None

    @property
    def subject(self) -> str:
        return str(self.message.message_id)


class MessageFailed(EventData):
    """The message cannot be delivered (permanent refusal, bounce, or attempts used up); `reason` is for people.

    A bounce (`bounced`) comes after the message was sent: a report of RFC 3464 told of it (M5).
    """

    event_type: ClassVar[str] = "notifier.message.failed.v1"
    message: MessageRef
    ladder: LadderKey | None = None
    reason: str
    permanent: bool
    bounced: bool | None = None

    @property
    def subject(self) -> str:
        return str(self.message.message_id)


class MessageSuppressed(EventData):
    """The message was not sent on purpose (superseded, stale, no longer wanted)."""

    event_type: ClassVar[str] = "notifier.message.suppressed.v1"
    message: MessageRef
    reason: str

    @property
    def subject(self) -> str:
        return str(self.message.message_id)


class MessageHeld(EventData):
    """The message waits because mails are held, for this firm or for all (M6); it goes out after the release."""

    event_type: ClassVar[str] = "notifier.message.held.v1"
    message: MessageRef

    @property
    def subject(self) -> str:
        return str(self.message.message_id)
