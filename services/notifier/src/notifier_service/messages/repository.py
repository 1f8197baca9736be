"""Reads of messages for other systems; the delivery side's statements are in `deliveries.repository`."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from notifier_service.deliveries.tables import Attempt
from notifier_service.messages.tables import Message


async def message_by_id(uow: UnitOfWork, message_id: UUID) -> Message | None:
    return await uow.session.get(Message, message_id)


async def attempts_of(uow: UnitOfWork, message_id: UUID) -> Sequence[Attempt]:
    """In the order they were made."""
    statement = select(Attempt).where(col(Attempt.message_id) == message_id).order_by(col(Attempt.number))
    return (await uow.session.scalars(statement)).all()


async def messages_about(uow: UnitOfWork, offer_id: UUID, *, limit: int, after: UUID | None) -> Sequence[Message]:
    """Newest first: message ids are UUIDv7, so their order is the order of arrival."""
    statement = (
        select(Message)
        .where(col(Message.offer_ids).contains([offer_id]))
        .order_by(col(Message.message_id).desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(col(Message.message_id) < after)
    return (await uow.session.scalars(statement)).all()
