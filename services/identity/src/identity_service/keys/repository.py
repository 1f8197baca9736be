"""Every query on signing keys."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.keys.domain import KeyState
from identity_service.keys.tables import SigningKey

_FRESH = {"populate_existing": True}


async def lock_all(session: AsyncSession) -> None:
    """One maker or rotator of keys at a time, over all processes."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('identity.signing_keys'))"))


async def current(session: AsyncSession) -> SigningKey | None:
    """The key that signs."""
    return await _of_state(session, KeyState.CURRENT)


async def following(session: AsyncSession) -> SigningKey | None:
    """The key that will sign after the next rotation."""
    return await _of_state(session, KeyState.NEXT)


async def _of_state(session: AsyncSession, state: KeyState) -> SigningKey | None:
    statement = select(SigningKey).where(col(SigningKey.state) == state).execution_options(**_FRESH)
    return (await session.scalars(statement)).one_or_none()


async def all_keys(session: AsyncSession) -> Sequence[SigningKey]:
    """All keys, oldest first."""
    statement = select(SigningKey).order_by(col(SigningKey.created_at), col(SigningKey.kid)).execution_options(**_FRESH)
    return (await session.scalars(statement)).all()
