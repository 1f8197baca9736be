"""Sessions: started by sign-in, carried on by rotating refresh tokens with reuse detection, ended by sign-out (I10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from event_contracts.security import SessionEnded
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, NotFound, Unauthenticated
from service_kit.ids import new_id

from identity_service.accounts import repository as accounts
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.keys.domain import TOKEN_LIFETIME
from identity_service.keys.signer import AccessToken
from identity_service.randomness import token_hash
from identity_service.sessions import repository
from identity_service.sessions.domain import (
    BROWSER_SESSION_LIFETIME,
    REFRESH_LIFETIME,
    SESSION_LIFETIME,
    Device,
    EndReason,
    RefreshVerdict,
    is_seen_again,
    judge_refresh,
)
from identity_service.sessions.tables import RefreshToken, Session


class SessionKind(StrEnum):
    """A program holds an access and a refresh token; a browser holds one cookie that no script can read."""

    TOKENS = "tokens"
    BROWSER = "browser"


@dataclass(frozen=True)
class SignedIn:
    """A session with what its holder keeps: the refresh token, or the cookie's value."""

    session_id: UUID
    account_id: UUID
    secret: str
    access: AccessToken | None


@dataclass(frozen=True)
class SessionSeen:
    """A session as its owner sees it."""

    session_id: UUID
    kind: SessionKind
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    address: str
    current: bool


async def start_session(
    uow: UnitOfWork, deps: IdentityDeps, account_id: UUID, kind: SessionKind, device: Device
) -> SignedIn:
    """A new session; nothing of an earlier one lives on in it. Hold a lock of the account."""
    session_id, secret, now = new_id(), deps.randomness.token(), await uow.now()
    browser = kind is SessionKind.BROWSER
    row = Session(
        id=session_id,
        account_id=account_id,
        cookie_hash=token_hash(secret) if browser else None,
        user_agent=device.user_agent,
        address=device.address,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (BROWSER_SESSION_LIFETIME if browser else SESSION_LIFETIME),
    )
    uow.insert(Session, row.model_dump())
    if browser:
        return SignedIn(session_id, account_id, secret, None)
    return await _with_tokens(uow, deps, row, secret)


async def refresh(deps: IdentityDeps, refresh_token: str) -> SignedIn:
    """The next pair of tokens. The presented token is used up; presented again, it ends the session.

    A second presentation within seconds is a client's double submit: refused without harm.
    """
    async with deps.database.transaction() as uow:
        verdict, signed_in = await _rotate(uow, deps, refresh_token)
    if signed_in is not None:
        return signed_in
    if verdict is RefreshVerdict.JUST_USED:
        raise Conflict("refresh_token_just_used", "This token was used a moment ago; use the one it gave.", rule="I10")
    raise Unauthenticated("refresh_token_refused", "Please sign in again.", rule="I10")


async def _rotate(uow: UnitOfWork, deps: IdentityDeps, refresh_token: str) -> tuple[RefreshVerdict, SignedIn | None]:
    found = await repository.lock_refresh(uow.session, token_hash(refresh_token))
    if found is None:
        return RefreshVerdict.REFUSED, None
    token, session = found
    now = await uow.now()
    verdict = judge_refresh(
        used_at=token.used_at,
        expires_at=min(token.expires_at, session.expires_at),
        session_over=session.ended_at is not None,
        now=now,
    )
    if verdict is RefreshVerdict.REUSED:
        await _end(uow, [session], EndReason.REFRESH_TOKEN_REUSED)
    if verdict is not RefreshVerdict.ROTATE:
        return verdict, None
    token.used_at = session.last_seen_at = now
    return verdict, await _with_tokens(uow, deps, session, deps.randomness.token())


async def _with_tokens(uow: UnitOfWork, deps: IdentityDeps, session: Session, secret: str) -> SignedIn:
    now = await uow.now()
    row = RefreshToken(
        token_hash=token_hash(secret),
        session_id=session.id,
        issued_at=now,
        expires_at=min(now + REFRESH_LIFETIME, session.expires_at),
    )
    uow.insert(RefreshToken, row.model_dump())
    access = await deps.signer.access_token(uow, subject=str(session.account_id), kind="user", session_id=session.id)
    return SignedIn(session.id, session.account_id, secret, access)


async def sign_out(uow: UnitOfWork, session_id: UUID) -> None:
    """Ends the session. Repeating it changes nothing."""
    session = await repository.lock_session(uow.session, session_id)
    if session is not None and session.ended_at is None:
        await _end(uow, [session], EndReason.SIGNED_OUT)


async def sign_out_everywhere(uow: UnitOfWork, account_id: UUID) -> None:
    """Ends all sessions of the account."""
    await accounts.lock(uow.session, account_id)
    await end_sessions(uow, account_id, EndReason.SIGNED_OUT_EVERYWHERE)


async def my_sessions(uow: UnitOfWork, session_id: UUID) -> Sequence[SessionSeen]:
    """Every session of the same account that is not over (I13)."""
    account = await signed_in_account(uow, session_id)
    sessions = await repository.open_sessions(uow.session, account.id, await uow.now())
    return [_seen(session, session_id) for session in sessions]


def _seen(session: Session, current_id: UUID) -> SessionSeen:
    return SessionSeen(
        session_id=session.id,
        kind=kind_of(session),
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.expires_at,
        user_agent=session.user_agent,
        address=session.address,
        current=session.id == current_id,
    )


def kind_of(session: Session) -> SessionKind:
    """Browsers have a cookie, programs have tokens."""
    return SessionKind.BROWSER if session.cookie_hash is not None else SessionKind.TOKENS


async def end_session(uow: UnitOfWork, session_id: UUID, other_id: UUID) -> None:
    """Ends one session of the same account, also the caller's own; repeating it changes nothing (I13)."""
    account = await signed_in_account(uow, session_id)
    other = await repository.lock_session(uow.session, other_id)
    if other is None or other.account_id != account.id:
        raise NotFound("not_found", "There is nothing here.")
    if other.ended_at is None:
        await _end(uow, [other], EndReason.ENDED_BY_OWNER)


async def end_other_sessions(uow: UnitOfWork, session_id: UUID) -> int:
    """Ends every session of the account but this one; how many there were (I13)."""
    account = await lock_signed_in(uow, session_id)
    return await end_sessions(uow, account.id, EndReason.ENDED_BY_OWNER, but=session_id)


async def end_sessions(uow: UnitOfWork, account_id: UUID, reason: EndReason, *, but: UUID | None = None) -> int:
    """Ends the account's sessions, all or all but one. Hold the account's lock: then none starts meanwhile."""
    sessions = [row for row in await repository.lock_open_sessions(uow.session, account_id) if row.id != but]
    await _end(uow, sessions, reason)
    return len(sessions)


async def lock_signed_in(uow: UnitOfWork, session_id: UUID) -> Account:
    """The account of a session that is not over, locked for a change by its owner."""
    account = await signed_in_account(uow, session_id)
    await accounts.lock(uow.session, account.id)
    # Once more under the lock: whoever held it may have ended this very session.
    return await signed_in_account(uow, session_id)


def session_over() -> Unauthenticated:
    """The answer to whoever is not signed in any more."""
    return Unauthenticated("session_over", "Please sign in again.", rule="I10")


async def signed_in_account(uow: UnitOfWork, session_id: UUID) -> Account:
    """The account of a session that is not over; a token outlives its session by minutes, here it does not."""
    account = await repository.signed_in(uow.session, session_id, await uow.now())
    if account is None:
        raise session_over()
    return account


async def browser_session(uow: UnitOfWork, cookie: str) -> tuple[Session, Account] | None:
    """The session and account behind a browser's cookie; notes now and then that it was seen."""
    now = await uow.now()
    found = await repository.session_of_cookie(uow.session, token_hash(cookie), now)
    if found is not None and is_seen_again(found[0].last_seen_at, now):
        found[0].last_seen_at = now
    return found


async def forget_old(uow: UnitOfWork) -> None:
    """Housekeeping: deletes what no rule looks at any more."""
    now = await uow.now()
    await repository.forget_old(
        uow.session, attempts_before=now - timedelta(days=2), sessions_before=now - timedelta(days=90)
    )


async def _end(uow: UnitOfWork, sessions: Iterable[Session], reason: EndReason) -> None:
    now = await uow.now()
    for session in sessions:
        session.ended_at, session.end_reason = now, reason
        uow.outbox.add(
            SessionEnded(
                session_id=session.id,
                account_id=session.account_id,
                reason=reason.value,
                tokens_expire_at=now + TOKEN_LIFETIME,
            )
        )
