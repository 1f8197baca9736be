"""Signing in (I10): name and password, then a code by SMS; the same answers, statements and hashing for unknown names.

Each step is one or two short transactions of its own and never hashes inside one. A refusal must leave its trace
(a counted attempt), so what a step found is returned from the transaction and raised after its commit.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState
from service_kit.db import UnitOfWork
from service_kit.errors import Invalid, RateLimited, Unauthenticated
from service_kit.ids import new_id
from service_kit.people import normalise_email
from service_kit.user_names import spelling

from identity_service.accounts import repository as accounts
from identity_service.accounts.service import note_phone_verified
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.limits.domain import AccountAct, Act
from identity_service.limits.service import address_refusal, check_address, forget_failures, is_locked, within_limit
from identity_service.sessions import repository
from identity_service.sessions.domain import (
    CODE_LIFETIME,
    Device,
    attempts_so_far,
    checked_code,
    code_is_open,
    pause_after,
)
from identity_service.sessions.events import code_issued
from identity_service.sessions.service import SessionKind, SignedIn, start_session
from identity_service.sessions.tables import SignInChallenge, SignInGuard

# Whether what was typed ends the challenge of this account, which is locked; being right has its consequences at once.
SecondFactor = Callable[[UnitOfWork, Account, SignInChallenge], Awaitable[bool]]


@dataclass(frozen=True)
class CodeAsked:
    """A code is asked for, whether or not one was sent."""

    challenge_id: UUID
    expires_at: datetime


async def begin(
    deps: IdentityDeps, typed: str, password: str, kind: SessionKind, device: Device
) -> CodeAsked | SignedIn:
    """Checks name and password. Only an account without a phone is signed in by them alone.

    For a wrong password, an unknown name and an account that is locked a code is asked for as well, and none will
    ever be right.
    """
    deps.passwords.check_room()
    email, name = spellings(typed)
    key = hashlib.sha256((email or name).encode()).digest()
    async with deps.database.transaction() as uow:
        refusal = await address_refusal(uow, deps, Act.SIGN_IN, device.address)
        if refusal is None:
            refusal = _pause(await repository.blocked_until(uow.session, key), await uow.now())
        account = await accounts.find_for_sign_in(uow.session, email, name)
        known = account if account is not None and account.state is AccountState.ACTIVE else None
        locked = await is_locked(uow, deps, _whom(known.id if known else None, key))
    if refusal is not None:
        raise refusal
    matches = await deps.passwords.verify(known.password_hash if known else None, password)
    attempt = _Attempt(key, known.id if known else None, known if matches and not locked else None)
    async with deps.database.transaction() as uow:
        result = await _begun(uow, deps, attempt, kind, device)
    if isinstance(result, RateLimited):
        raise result
    return result


@dataclass(frozen=True)
class _Attempt:
    """The name that was typed, whose it is, and the account if it was proven to be the typist's."""

    guard_key: bytes
    account_id: UUID | None
    proven: Account | None


async def _begun(
    uow: UnitOfWork, deps: IdentityDeps, attempt: _Attempt, kind: SessionKind, device: Device
) -> CodeAsked | SignedIn | RateLimited:
    guard = await repository.lock_guard(uow.session, attempt.guard_key)
    # Once more under the lock: requests sent at the same moment all passed the first look.
    pause = _pause(guard.blocked_until, await uow.now())
    if pause is not None:
        return pause
    await _count(uow, guard)
    account = await _still_proven(uow, attempt.proven)
    if account is None:
        await within_limit(uow, deps, AccountAct.FAILURE, _whom(attempt.account_id, attempt.guard_key))
    elif account.phone is None:
        guard.attempts, guard.blocked_until = 0, None
        await forget_failures(uow, str(account.id))
        return await start_session(uow, deps, account.id, kind, device)
    return await _ask_for_code(uow, deps, account, attempt.guard_key)


async def _still_proven(uow: UnitOfWork, proven: Account | None) -> Account | None:
    """None when the password was changed since it was compared."""
    if proven is None:
        return None
    account = await accounts.share(uow.session, proven.id)
    return account if account is not None and account.credentials_version == proven.credentials_version else None


def _whom(account_id: UUID | None, guard_key: bytes) -> str:
    """Whose failures are counted: the account's, whatever it was called; else those at the typed name."""
    return str(account_id) if account_id else guard_key.hex()


def spellings(typed: str) -> tuple[str, str]:
    """As an e-mail and as a user name; what cannot be an e-mail is none, and is then found nowhere."""
    # PostgreSQL's texts hold no NUL: such a name is looked for, in vain, as everybody else's.
    name = spelling(typed).replace("\0", "\ufffd")
    try:
        return normalise_email(typed), name
    except Invalid:
        return "", name


def _pause(until: datetime | None, now: datetime) -> RateLimited | None:
    if until is None or now >= until:
        return None
    seconds = int((until - now).total_seconds()) + 1
    return RateLimited("too_many_attempts", "Too many attempts; please wait.", rule="I10", retry_after=seconds)


async def _count(uow: UnitOfWork, guard: SignInGuard) -> None:
    """One more unfinished attempt at this name: a sign-in that was begun, or a wrong code."""
    now = await uow.now()
    guard.attempts = attempts_so_far(guard.attempts, guard.last_at, now) + 1
    guard.last_at, guard.blocked_until = now, now + pause_after(guard.attempts)


async def _ask_for_code(uow: UnitOfWork, deps: IdentityDeps, account: Account | None, key: bytes) -> CodeAsked:
    now, challenge_id, code = await uow.now(), new_id(), deps.randomness.code()
    # So many messages in an hour are not the owner's doing; the account's other answers stay the same.
    sends = account is not None and await within_limit(uow, deps, AccountAct.CODE_SENT, str(account.id))
    row = SignInChallenge(
        id=challenge_id,
        account_id=account.id if account else None,
        guard_key=key,
        encrypted_code=deps.codes.keep(code, challenge_id) if sends else None,
        credentials_version=account.credentials_version if account else 0,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    uow.insert(SignInChallenge, row.model_dump())
    if account is not None and sends:
        uow.outbox.add(code_issued(deps.sealer, account, challenge_id, code, row.expires_at))
    return CodeAsked(challenge_id, row.expires_at)


async def enter_code(deps: IdentityDeps, challenge_id: UUID, typed: str, kind: SessionKind, device: Device) -> SignedIn:
    """Signs in by the right code. Wrong, late, used up, locked and never sent are one answer.

    A challenge takes few codes and then none; what slows down is beginning the next one. The pause that a
    sign-in's own beginning may have caused does not hold back its code.
    """
    code = checked_code(typed)

    async def is_right(uow: UnitOfWork, account: Account, challenge: SignInChallenge) -> bool:
        if not deps.codes.holds(challenge.encrypted_code, challenge.id, code):
            return False
        await note_phone_verified(uow, account)
        return True

    return await pass_challenge(deps, challenge_id, is_right, kind, device)


async def pass_challenge(
    deps: IdentityDeps, challenge_id: UUID, factor: SecondFactor, kind: SessionKind, device: Device
) -> SignedIn:
    """Signs in by whichever second factor; every way of its being wrong is one answer."""
    # In a transaction of its own: whoever waits for a lock further on holds up nobody else at the same address.
    await check_address(deps, Act.CODE, device.address)
    async with deps.database.transaction() as uow:
        signed_in = await _try(uow, deps, challenge_id, factor, kind, device)
    if signed_in is None:
        raise Unauthenticated("code_refused", "The code is wrong or no longer valid.", rule="I10")
    return signed_in


async def _try(
    uow: UnitOfWork, deps: IdentityDeps, challenge_id: UUID, factor: SecondFactor, kind: SessionKind, device: Device
) -> SignedIn | None:
    challenge = await repository.lock_challenge(uow.session, challenge_id)
    if challenge is None:
        return None
    guard, now = await repository.lock_guard(uow.session, challenge.guard_key), await uow.now()
    is_open = code_is_open(
        attempts=challenge.attempts,
        passed=challenge.passed_at is not None,
        expires_at=challenge.expires_at,
        now=now,
    )
    challenge.attempts += 1
    whom = _whom(challenge.account_id, challenge.guard_key)
    locked = await is_locked(uow, deps, whom)
    account = await _owner(uow, challenge) if is_open and not locked else None
    if account is None or not await factor(uow, account, challenge):
        await _count(uow, guard)
        if is_open:
            await within_limit(uow, deps, AccountAct.FAILURE, whom)
        return None
    challenge.passed_at, guard.attempts, guard.blocked_until = now, 0, None
    await forget_failures(uow, whom)
    return await start_session(uow, deps, account.id, kind, device)


async def _owner(uow: UnitOfWork, challenge: SignInChallenge) -> Account | None:
    """The challenge's account, locked, if its password and contacts are those the sign-in was begun with."""
    account = await accounts.lock(uow.session, challenge.account_id) if challenge.account_id else None
    if account is None or account.state is not AccountState.ACTIVE:
        return None
    return account if account.credentials_version == challenge.credentials_version else None
