"""Use cases of messages: what became of one, what was sent about an offer, and that nobody wants more about a thing."""

from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.errors import NotFound
from service_kit.http.pages import Page, PageRequest, page_of

from notifier_service.messages import repository
from notifier_service.messages.domain import CLOSED_WAKEUP, FOR_GOOD
from notifier_service.messages.schemas import AttemptView, MessageSummary, MessageView
from notifier_service.messages.tables import ClosedSubject, Message


async def show_message(uow: UnitOfWork, message_id: UUID) -> MessageView:
    """One message with its attempts."""
    message = await repository.message_by_id(uow, message_id)
    if message is None:
        raise NotFound("message_unknown", "There is no such message.")
    attempts = tuple(AttemptView.model_validate(a) for a in await repository.attempts_of(uow, message_id))
    return MessageView(**_summary(message).model_dump(), attempts=attempts)


async def list_messages(uow: UnitOfWork, offer_id: UUID, page: PageRequest) -> Page[MessageSummary]:
    """Messages about one offer, newest first."""
    after = page.after(UUID)
    rows = await repository.messages_about(uow, offer_id, limit=page.limit + 1, after=after[0] if after else None)
    return page_of(rows, page.limit, key=lambda row: (row.message_id,), item=_summary)


def close(uow: UnitOfWork, subject_id: UUID, reason: str, sequence: int = FOR_GOOD) -> None:
    """Kept for ever: the mail it concerns may arrive after it. What is later than `sequence` is wanted again (M4)."""
    row = {"subject_id": subject_id, "sequence": sequence, "reason": reason}
    uow.insert(ClosedSubject, row, ignore_conflicts=True)
    uow.wake(CLOSED_WAKEUP)


def _summary(message: Message) -> MessageSummary:
    return MessageSummary.model_validate(message)
