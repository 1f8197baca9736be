"""Forgotten passwords (I10): asking tells nothing, looking changes nothing, setting signs all out and nobody in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import Language
from event_contracts.security import SecurityNoticeKind
from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from identity_service.accounts import repository as accounts
from identity_service.accounts.events import security_notice
from identity_service.accounts.tables import Account
from identity_service.contact_changes import repository as contact_changes
from identity_service.deps import IdentityDeps
from identity_service.limits.domain import Act
from identity_service.limits.service import address_refusal, check_address, forget_failures
from identity_service.passwords.domain import is_repeat
from identity_service.passwords.service import hash_new
from identity_service.randomness import token_hash
from identity_service.recovery import repository
from identity_service.recovery.domain import ResetState, dead_reset, reset_state, unknown_reset
from identity_service.recovery.issuing import CHANNEL
from identity_service.recovery.tables import PasswordReset, ResetRequest
from identity_service.sessions.domain import Device, EndReason
from identity_service.sessions.service import end_sessions
from identity_service.sessions.sign_in import spellings


@dataclass(frozen=True)
class Reset:
    """One link as its page or an API answer shows it."""

    state: ResetState
    account_id: UUID
    user_name: str
    email: str
    language: Language
    expires_at: datetime
    used_at: datetime | None
    password_hash: str | None


@dataclass(frozen=True)
class ResetDone:
    """Whose password was set; the same answer for every equal repeat."""

    account_id: UUID
    user_name: str


async def ask_reset(deps: IdentityDeps, typed: str, device: Device) -> None:
    """Notes that a link is wanted. The same statements, work and answer whoever it is for, if anybody.

    A worker sends the mail, so that nothing of it shows in how long this takes.
    """
    email, name = spellings(typed)
    async with deps.database.transaction() as uow:
        refusal = await address_refusal(uow, deps, Act.RESET, device.address)
        if refusal is None:
            account = await accounts.find_for_sign_in(uow.session, email, name)
            request = ResetRequest(id=new_id(), account_id=account.id if account else None, asked_at=await uow.now())
            uow.insert(ResetRequest, request.model_dump())
            uow.wake(CHANNEL)
    if refusal is not None:
        raise refusal


async def look_up_reset(uow: UnitOfWork, token: str) -> Reset:
    """The link's present state; NotFound when there never was one."""
    record = await repository.reset(uow.session, token_hash(token))
    if record is None or record[1].state is not AccountState.ACTIVE:
        raise unknown_reset()
    return _reset(*record, await uow.now())


def _reset(row: PasswordReset, account: Account, now: datetime) -> Reset:
    state = reset_state(
        used=row.used_at is not None,
        replaced=row.replaced_at is not None,
        same_credentials=row.credentials_version == account.credentials_version,
        expires_at=row.expires_at,
        now=now,
    )
    return Reset(
        state=state,
        account_id=account.id,
        user_name=account.user_name,
        email=account.email,
        language=account.language,
        expires_at=row.expires_at,
        used_at=row.used_at,
        password_hash=account.password_hash,
    )


def require_live_reset(reset: Reset) -> None:
    """Raises Gone with the reason when the link is dead."""
    if reset.state is not ResetState.PENDING:
        raise dead_reset(reset.state)


async def reset_password(deps: IdentityDeps, token: str, password: str, device: Device) -> ResetDone:
    """Sets the password and ends every session; signing in needs it and the second factor, as ever.

    Idempotent by state: whoever repeats the request with the same password within a while hears the same answer.
    """
    await check_address(deps, Act.RESET, device.address)
    async with deps.database.transaction() as uow:
        reset, now = await look_up_reset(uow, token), await uow.now()
    if reset.state is ResetState.USED:
        return await _repeat(deps, reset, password, now)
    require_live_reset(reset)
    encoded = await hash_new(deps, password, names=(reset.user_name, reset.email))
    async with deps.database.transaction() as uow:
        if await _set(uow, token, encoded):
            return ResetDone(reset.account_id, reset.user_name)
        reset, now = await look_up_reset(uow, token), await uow.now()
    return await _repeat(deps, reset, password, now)


async def _repeat(deps: IdentityDeps, reset: Reset, password: str, now: datetime) -> ResetDone:
    """Another equal request was first, or this one came twice."""
    if is_repeat(reset.used_at, now) and await deps.passwords.verify(reset.password_hash, password):
        return ResetDone(reset.account_id, reset.user_name)
    raise dead_reset(ResetState.USED if reset.state is ResetState.PENDING else reset.state)


async def _set(uow: UnitOfWork, token: str, encoded: str) -> bool:
    """False when the link was used since it was looked at."""
    found = await look_up_reset(uow, token)
    account = await accounts.lock(uow.session, found.account_id)
    record = await repository.reset(uow.session, token_hash(token))
    if account is None or record is None:
        raise unknown_reset()
    row, now = record[0], await uow.now()
    current = _reset(row, account, now)
    if current.state is ResetState.USED:
        return False
    require_live_reset(current)
    row.used_at, account.password_hash = now, encoded
    account.credentials_version += 1
    await repository.replace_resets(uow.session, account.id, now)
    await contact_changes.drop_open(uow.session, account.id)
    await end_sessions(uow, account.id, EndReason.PASSWORD_RESET)
    await forget_failures(uow, str(account.id))
    uow.outbox.add(security_notice(account, SecurityNoticeKind.PASSWORD_CHANGED, now))
    return True


async def forget_old(uow: UnitOfWork) -> None:
    """Housekeeping: links and requests of days ago."""
    await repository.forget_old(uow.session, await uow.now() - timedelta(days=2))
