"""What a hold looks like from outside, and the messages it holds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from notifier_service.holds.domain import LONGEST_HOLD_REASON, shown_recipient
from notifier_service.holds.tables import MailHold
from notifier_service.messages.domain import MessageState, Template
from notifier_service.messages.tables import Message


class HoldIn(BaseModel):
    """The switch: on with a reason, or off."""

    model_config = ConfigDict(extra="forbid")

    held: bool
    reason: Annotated[str, Field(max_length=LONGEST_HOLD_REASON)] | None = Field(
        default=None, description="Why; needed to hold", examples=["Addresses of an import are being checked"]
    )


class HoldOut(BaseModel):
    """Whether mail is held, and since when, by whom and why."""

    model_config = ConfigDict(frozen=True)

    held: bool
    reason: str | None = None
    held_by: str | None = Field(default=None, description="An account's id, a system's name or an operator's")
    held_at: datetime | None = None

    @classmethod
    def of(cls, hold: MailHold | None) -> "HoldOut":
        """The current hold, or that there is none."""
        if hold is None:
            return cls(held=False)
        return cls(held=True, reason=hold.reason, held_by=hold.held_by, held_at=hold.held_at)


class FirmHoldOut(HoldOut):
    """A firm's hold. `all_mail_held` says that the operator holds everybody's mail, whatever the firm's own switch."""

    all_mail_held: bool = False


class AllHoldOut(HoldOut):
    """The hold of all mail, and how many ordinary messages wait now, for whatever reason."""

    waiting: int


class HeldMessage(BaseModel):
    """A message that waits. The recipient is shown when it is the address that the firm itself wrote."""

    model_config = ConfigDict(frozen=True)

    message_id: UUID
    template: Template
    language: str
    state: MessageState
    recipient: str | None
    created_at: datetime
    held_at: datetime | None
    expires_at: datetime | None
    offer_ids: tuple[UUID, ...]

    @classmethod
    def of(cls, message: Message) -> "HeldMessage":
        """What its firm's administrators may know of a message."""
        recipient = shown_recipient(
            message.recipient,
            invitation=message.invitation_id is not None,
            to_account=message.to_account,
            attempts=message.attempt_number,
        )
        return cls(
            message_id=message.message_id,
            template=message.template,
            language=message.language,
            state=message.state,
            recipient=recipient,
            created_at=message.created_at,
            held_at=message.held_at,
            expires_at=message.expires_at,
            offer_ids=tuple(message.offer_ids),
        )
