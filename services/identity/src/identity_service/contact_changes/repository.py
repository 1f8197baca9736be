"""Every query on contact changes. The account's row lock guards all that belongs to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.contact_changes.domain import ContactKind
from identity_service.contact_changes.tables import ContactChange

_FRESH: Mapping[str, Any] = {"populate_existing": True}
_CORE: Mapping[str, Any] = {"synchronize_session": False}


async def lock(session: AsyncSession, change_id: UUID, account_id: UUID) -> ContactChange | None:
    """This account's change of this id, locked."""
    statement = (
        select(ContactChange)
        .where(col(ContactChange.id) == change_id, col(ContactChange.account_id) == account_id)
        .with_for_update()
        .execution_options(**_FRESH)
    )
    return (await session.scalars(statement)).one_or_none()


async def wanted_address(session: AsyncSession, change_id: UUID, account_id: UUID) -> str | None:
    """The e-mail address that this change of the account is about, without a lock; None when it is about none."""
    statement = select(col(ContactChange.value)).where(
        col(ContactChange.id) == change_id,
        col(ContactChange.account_id) == account_id,
        col(ContactChange.kind) == ContactKind.EMAIL,
    )
    return (await session.scalars(statement)).one_or_none()


async def of_account(session: AsyncSession, account_id: UUID) -> Sequence[ContactChange]:
    """All changes on record, oldest first."""
    statement = (
        select(ContactChange)
        .where(col(ContactChange.account_id) == account_id)
        .order_by(col(ContactChange.created_at), col(ContactChange.id))
    )
    return (await session.scalars(statement)).all()


async def drop_open(session: AsyncSession, account_id: UUID, kind: ContactKind | None = None) -> None:
    """Deletes what was begun and not proven, of one kind or of both."""
    waiting = and_(col(ContactChange.account_id) == account_id, col(ContactChange.confirmed_at).is_(None))
    if kind is not None:
        waiting = and_(waiting, col(ContactChange.kind) == kind)
    await session.execute(delete(ContactChange).where(waiting), execution_options=_CORE)


async def forget_person(session: AsyncSession, account_id: UUID) -> None:
    """Deletes every change of the account."""
    statement = delete(ContactChange).where(col(ContactChange.account_id) == account_id)
    await session.execute(statement, execution_options=_CORE)


async def forget_old(session: AsyncSession, *, open_before: datetime, proven_before: datetime) -> None:
    """Deletes unproven changes that expired before the one moment, and proven ones older than the other."""
    unproven = and_(col(ContactChange.confirmed_at).is_(None), col(ContactChange.expires_at) < open_before)
    statement = delete(ContactChange).where(or_(unproven, col(ContactChange.expires_at) < proven_before))
    await session.execute(statement, execution_options=_CORE)
