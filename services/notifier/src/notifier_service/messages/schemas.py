"""What notifier tells other systems about messages: states and attempts, never recipients, words or secrets."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from notifier_service.deliveries.domain import Outcome
from notifier_service.messages.domain import Channel, Lane, MessageState, Template


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class AttemptView(_Answer):
    """One attempt; without an outcome it is under way."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: Outcome | None
    code: int | None
    detail: str | None


class MessageSummary(_Answer):
    """One message and its state (M4)."""

    message_id: UUID
    template: Template
    channel: Channel
    lane: Lane
    language: str
    state: MessageState
    reason: str | None
    firm_id: UUID | None
    account_id: UUID | None
    invitation_id: UUID | None
    offer_ids: tuple[UUID, ...]
    created_at: datetime
    settled_at: datetime | None


class MessageView(MessageSummary):
    """One message with the record of its attempts."""

    attempts: tuple[AttemptView, ...]
