"""Every query on resets and recovery codes. The account's row lock guards all that belongs to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.accounts.tables import Account
from identity_service.recovery.tables import PasswordReset, RecoveryCode, ResetRequest

_FRESH: Mapping[str, Any] = {"populate_existing": True}
_CORE: Mapping[str, Any] = {"synchronize_session": False}


@dataclass(frozen=True)
class Asked:
    """A request that was taken from the queue."""

    account_id: UUID | None
    asked_at: datetime


async def take_request(session: AsyncSession) -> Asked | None:
    """Takes the oldest request that nobody else is taking, for good once the transaction commits."""
    oldest = (
        select(col(ResetRequest.id))
        .order_by(col(ResetRequest.asked_at), col(ResetRequest.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        delete(ResetRequest)
        .where(col(ResetRequest.id) == oldest)
        .returning(col(ResetRequest.account_id), col(ResetRequest.asked_at))
    )
    row = (await session.execute(statement, execution_options=_CORE)).first()
    return Asked(row[0], row[1]) if row else None


async def replace_resets(session: AsyncSession, account_id: UUID, at: datetime) -> None:
    """Kills the account's links that still wait."""
    statement = (
        update(PasswordReset)
        .where(
            col(PasswordReset.account_id) == account_id,
            col(PasswordReset.replaced_at).is_(None),
            col(PasswordReset.used_at).is_(None),
        )
        .values(replaced_at=at)
    )
    await session.execute(statement, execution_options=_CORE)


async def reset(session: AsyncSession, token_hash: bytes) -> tuple[PasswordReset, Account] | None:
    """The link with its account. One statement."""
    statement = (
        select(PasswordReset, Account)
        .join(Account, col(Account.id) == col(PasswordReset.account_id))
        .where(col(PasswordReset.token_hash) == token_hash)
        .execution_options(**_FRESH)
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1]) if row else None


async def resets_of(session: AsyncSession, account_id: UUID) -> Sequence[PasswordReset]:
    """The account's links on record, oldest first."""
    statement = (
        select(PasswordReset)
        .where(col(PasswordReset.account_id) == account_id)
        .order_by(col(PasswordReset.issued_at), col(PasswordReset.id))
    )
    return (await session.scalars(statement)).all()


async def replace_codes(session: AsyncSession, account_id: UUID, hashes: Iterable[bytes], at: datetime) -> None:
    """These are the account's recovery codes from now on."""
    await session.execute(
        delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id), execution_options=_CORE
    )
    session.add_all(RecoveryCode(account_id=account_id, code_hash=code, made_at=at) for code in hashes)


async def use_code(session: AsyncSession, account_id: UUID, code_hash: bytes, at: datetime) -> bool:
    """Uses the code up; False when it is none of the account's, or was used."""
    statement = (
        update(RecoveryCode)
        .where(
            col(RecoveryCode.account_id) == account_id,
            col(RecoveryCode.code_hash) == code_hash,
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=at)
        .returning(col(RecoveryCode.account_id))
    )
    return (await session.execute(statement, execution_options=_CORE)).first() is not None


async def codes_left(session: AsyncSession, account_id: UUID) -> int:
    """How many recovery codes were not used."""
    statement = select(func.count()).where(
        col(RecoveryCode.account_id) == account_id, col(RecoveryCode.used_at).is_(None)
    )
    return (await session.execute(statement)).scalar_one()


async def forget_person(session: AsyncSession, account_id: UUID) -> None:
    """Deletes the account's links and recovery codes."""
    for statement in (
        delete(PasswordReset).where(col(PasswordReset.account_id) == account_id),
        delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id),
    ):
        await session.execute(statement, execution_options=_CORE)


async def forget_old(session: AsyncSession, before: datetime) -> None:
    """Deletes links that expired before this moment, and requests that nobody ever took."""
    for statement in (
        delete(PasswordReset).where(col(PasswordReset.expires_at) < before),
        delete(ResetRequest).where(col(ResetRequest.asked_at) < before),
    ):
        await session.execute(statement, execution_options=_CORE)
