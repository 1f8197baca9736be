"""Every query on challenges, guards, sessions and refresh tokens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.accounts.tables import Account
from identity_service.sessions.tables import RefreshToken, Session, SignInChallenge, SignInGuard

_FRESH: Mapping[str, Any] = {"populate_existing": True}
_CORE: Mapping[str, Any] = {"synchronize_session": False}


async def blocked_until(session: AsyncSession, key: bytes) -> datetime | None:
    """Until when this name waits, without a lock."""
    statement = select(col(SignInGuard.blocked_until)).where(col(SignInGuard.key) == key)
    return (await session.scalars(statement)).one_or_none()


async def lock_guard(session: AsyncSession, key: bytes) -> SignInGuard:
    """The name's row, made when there is none, locked: attempts at one name are counted one after the other."""
    await session.execute(insert(SignInGuard).values(key=key, attempts=0).on_conflict_do_nothing())
    statement = select(SignInGuard).where(col(SignInGuard.key) == key).with_for_update().execution_options(**_FRESH)
    return (await session.scalars(statement)).one()


async def lock_challenge(session: AsyncSession, challenge_id: UUID) -> SignInChallenge | None:
    """The challenge, locked, so that its attempts are counted one after the other."""
    statement = (
        select(SignInChallenge)
        .where(col(SignInChallenge.id) == challenge_id)
        .with_for_update()
        .execution_options(**_FRESH)
    )
    return (await session.scalars(statement)).one_or_none()


async def lock_refresh(session: AsyncSession, token_hash: bytes) -> tuple[RefreshToken, Session] | None:
    """The refresh token with its session, whose lock guards all its tokens: whoever ends sessions takes it first."""
    of_token = select(col(RefreshToken.session_id)).where(col(RefreshToken.token_hash) == token_hash).scalar_subquery()
    owner = select(Session).where(col(Session.id) == of_token).with_for_update().execution_options(**_FRESH)
    locked = (await session.scalars(owner)).one_or_none()
    # A statement of its own: it sees what was committed before the lock was granted.
    statement = select(RefreshToken).where(col(RefreshToken.token_hash) == token_hash).execution_options(**_FRESH)
    token = (await session.scalars(statement)).one_or_none()
    return (token, locked) if token is not None and locked is not None else None


async def lock_session(session: AsyncSession, session_id: UUID) -> Session | None:
    """The session, locked."""
    statement = select(Session).where(col(Session.id) == session_id).with_for_update().execution_options(**_FRESH)
    return (await session.scalars(statement)).one_or_none()


async def lock_open_sessions(session: AsyncSession, account_id: UUID) -> Sequence[Session]:
    """The account's sessions that are not over, locked in the order of their ids."""
    statement = (
        select(Session)
        .where(col(Session.account_id) == account_id, col(Session.ended_at).is_(None))
        .order_by(col(Session.id))
        .with_for_update()
        .execution_options(**_FRESH)
    )
    return (await session.scalars(statement)).all()


async def open_sessions(session: AsyncSession, account_id: UUID, now: datetime) -> Sequence[Session]:
    """The account's sessions that are not over, newest sign of life first."""
    statement = (
        select(Session)
        .where(col(Session.account_id) == account_id, col(Session.ended_at).is_(None), col(Session.expires_at) > now)
        .order_by(col(Session.last_seen_at).desc(), col(Session.id))
    )
    return (await session.scalars(statement)).all()


async def lock_challenges(session: AsyncSession, account_id: UUID) -> None:
    """Locks all challenges of the account, in the order of their ids: before the account, as entering a code does."""
    statement = (
        select(col(SignInChallenge.id))
        .where(col(SignInChallenge.account_id) == account_id)
        .order_by(col(SignInChallenge.id))
        .with_for_update()
    )
    await session.execute(statement)


async def forget_person(session: AsyncSession, account_id: UUID) -> None:
    """Deletes the account's challenges and refresh tokens, and what its sessions say of devices and places."""
    of_account = select(col(Session.id)).where(col(Session.account_id) == account_id)
    for statement in (
        delete(SignInChallenge).where(col(SignInChallenge.account_id) == account_id),
        delete(RefreshToken).where(col(RefreshToken.session_id).in_(of_account)),
        update(Session)
        .where(col(Session.account_id) == account_id)
        .values(user_agent="", address="", cookie_hash=None),
    ):
        await session.execute(statement, execution_options=_CORE)


async def signed_in(session: AsyncSession, session_id: UUID, now: datetime) -> Account | None:
    """The account behind a session that is not over."""
    statement = (
        select(Account)
        .join(Session, col(Session.account_id) == col(Account.id))
        .where(col(Session.id) == session_id, col(Session.ended_at).is_(None), col(Session.expires_at) > now)
    )
    return (await session.scalars(statement)).one_or_none()


async def session_of_cookie(session: AsyncSession, cookie_hash: bytes, now: datetime) -> tuple[Session, Account] | None:
    """The browser's session, if it is not over, with its account."""
    statement = (
        select(Session, Account)
        .join(Account, col(Account.id) == col(Session.account_id))
        .where(col(Session.cookie_hash) == cookie_hash, col(Session.ended_at).is_(None), col(Session.expires_at) > now)
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1]) if row else None


async def forget_old(session: AsyncSession, *, attempts_before: datetime, sessions_before: datetime) -> None:
    """Deletes what no rule looks at any more: expired challenges, quiet guards, sessions long over."""
    over = or_(col(Session.ended_at) < sessions_before, col(Session.expires_at) < sessions_before)
    for statement in (
        delete(SignInChallenge).where(col(SignInChallenge.expires_at) < attempts_before),
        delete(SignInGuard).where(col(SignInGuard.last_at) < attempts_before),
        delete(Session).where(over),
    ):
        await session.execute(statement, execution_options=_CORE)
