"""Signing in (I10): name and password, then a code by SMS; the same answers, statements and hashing for unknown names.

Each step is one or two short transactions of its own and never hashes inside one. A refusal must leave its trace
(a counted attempt), so what a step found is returned from the transaction and raised after its commit.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.identity import AccountState, SignInCodeIssued
from event_contracts.people import SealPurpose
from service_kit.db import UnitOfWork
from service_kit.errors import Invalid, RateLimited, Unauthenticated
from service_kit.ids import new_id
from service_kit.people import normalise_email

from identity_service.accounts import repository as accounts
from identity_service.accounts.domain import spelling
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.sessions import repository
from identity_service.sessions.domain import (
    CODE_LIFETIME,
    attempts_so_far,
    checked_code,
    code_is_open,
    pause_after,
)
from identity_service.sessions.service import SessionKind, SignedIn, start_session
from identity_service.sessions.tables import SignInChallenge, SignInGuard


@dataclass(frozen=True)
class CodeAsked:
    """A code is asked for, whether or not one was sent."""

    challenge_id: UUID
    expires_at: datetime


async def begin(deps: IdentityDeps, typed: str, password: str, kind: SessionKind) -> CodeAsked | SignedIn:
    """Checks name and password. Only an account without a phone is signed in by them alone.

    For a wrong password and for an unknown name a code is asked for as well, and none will ever be right.
    """
    email, name = _spellings(typed)
    key = hashlib.sha256((email or name).encode()).digest()
    async with deps.database.transaction() as uow:
        _refuse_while_blocked(await repository.blocked_until(uow.session, key), await uow.now())
        account = await accounts.find_for_sign_in(uow.session, email, name)
    known = account if account is not None and account.state is AccountState.ACTIVE else None
    matches = await deps.passwords.verify(known.password_hash if known else None, password)
    async with deps.database.transaction() as uow:
        guard = await repository.lock_guard(uow.session, key)
        # Once more under the lock: requests sent at the same moment all passed the first look.
        _refuse_while_blocked(guard.blocked_until, await uow.now())
        await _count(uow, guard)
        if known is not None and matches and known.phone is None:
            guard.attempts, guard.blocked_until = 0, None
            return await start_session(uow, deps, known.id, kind)
        return await _ask_for_code(uow, deps, known if matches else None, key)


def _spellings(typed: str) -> tuple[str, str]:
    """As an e-mail and as a user name; what cannot be an e-mail is none, and is then found nowhere."""
    # PostgreSQL's texts hold no NUL: such a name is looked for, in vain, as everybody else's.
    name = spelling(typed).replace("\0", "\ufffd")
    try:
        return normalise_email(typed), name
    except Invalid:
        return "", name


def _refuse_while_blocked(until: datetime | None, now: datetime) -> None:
    if until is not None and now < until:
        seconds = int((until - now).total_seconds()) + 1
        raise RateLimited("too_many_attempts", "Too many attempts; please wait.", rule="I10", retry_after=seconds)


async def _count(uow: UnitOfWork, guard: SignInGuard) -> None:
    """One more unfinished attempt at this name: a sign-in that was begun, or a wrong code."""
    now = await uow.now()
    guard.attempts = attempts_so_far(guard.attempts, guard.last_at, now) + 1
    guard.last_at, guard.blocked_until = now, now + pause_after(guard.attempts)


async def _ask_for_code(uow: UnitOfWork, deps: IdentityDeps, account: Account | None, key: bytes) -> CodeAsked:
    now, challenge_id, code = await uow.now(), new_id(), deps.randomness.code()
    row = SignInChallenge(
        id=challenge_id,
        account_id=account.id if account else None,
        guard_key=key,
        encrypted_code=deps.codes.keep(code, challenge_id) if account else None,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    uow.insert(SignInChallenge, row.model_dump())
    if account is not None and account.phone is not None:
        sealed = deps.sealer.seal(
            code,
            purpose=SealPurpose.SIGN_IN_CODE,
            subject=str(challenge_id),
            recipient=account.phone,
            expires_at=row.expires_at,
        )
        uow.outbox.add(
            SignInCodeIssued(
                challenge_id=challenge_id,
                account_id=account.id,
                phone=account.phone,
                language=account.language,
                sealed_code=sealed,
                expires_at=row.expires_at,
            )
        )
    return CodeAsked(challenge_id, row.expires_at)


async def enter_code(deps: IdentityDeps, challenge_id: UUID, typed: str, kind: SessionKind) -> SignedIn:
    """Signs in by the right code. Wrong, late, used up and never sent are one answer.

    A challenge takes few codes and then none; what slows down is beginning the next one. The pause that a
    sign-in's own beginning may have caused does not hold back its code.
    """
    code = checked_code(typed)
    async with deps.database.transaction() as uow:
        signed_in = await _try_code(uow, deps, challenge_id, code, kind)
    if signed_in is None:
        raise Unauthenticated("code_refused", "The code is wrong or no longer valid.", rule="I10")
    return signed_in


async def _try_code(
    uow: UnitOfWork, deps: IdentityDeps, challenge_id: UUID, code: str, kind: SessionKind
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
    matches = deps.codes.holds(challenge.encrypted_code, challenge.id, code)
    if not (is_open and matches) or challenge.account_id is None:
        await _count(uow, guard)
        return None
    challenge.passed_at, guard.attempts, guard.blocked_until = now, 0, None
    return await start_session(uow, deps, challenge.account_id, kind)
