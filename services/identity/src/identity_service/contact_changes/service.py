"""Changing the account's e-mail address or phone: by its signed-in owner only, proven before it counts (I9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from event_contracts.security import SecurityNoticeKind
from service_kit.db import UnitOfWork
from service_kit.errors import NotFound
from service_kit.ids import new_id

from identity_service.accounts import repository as accounts
from identity_service.accounts.events import account_changed, owner_as_recipient, phone_verified, security_notice
from identity_service.accounts.tables import Account
from identity_service.contact_changes import repository
from identity_service.contact_changes.domain import (
    KEPT,
    LIFETIME,
    ContactKind,
    address_held,
    checked_value,
    is_claimed,
    is_open,
    reduced,
    wrong_code,
)
from identity_service.contact_changes.events import contact_code
from identity_service.contact_changes.tables import ContactChange
from identity_service.deps import IdentityDeps
from identity_service.invitations.ending import give_up_address
from identity_service.limits.domain import AccountAct, Act, too_many
from identity_service.limits.service import check_address, within_limit
from identity_service.passwords.service import confirm_password, lock_confirmed
from identity_service.sessions.domain import Device, EndReason, checked_code
from identity_service.sessions.service import end_sessions, lock_signed_in, signed_in_account


@dataclass(frozen=True)
class ChangeBegun:
    """A code is asked for, whether or not one was sent."""

    change_id: UUID
    kind: ContactKind
    value: str
    expires_at: datetime


async def begin_contact_change(
    deps: IdentityDeps, session_id: UUID, kind: ContactKind, value: str, password: str, device: Device
) -> ChangeBegun:
    """Sends a code to the new address or number; nothing changes yet (I9).

    For an address that signs somebody else in the answer is the same, no code will be right, and its owner is told.
    """
    wanted = checked_value(kind, value, None)
    await check_address(deps, Act.CONTACT_CHANGE, device.address)
    confirmed = await confirm_password(deps, session_id, password)
    async with deps.database.transaction() as uow:
        account = await lock_confirmed(uow, session_id, confirmed)
        checked_value(kind, wanted, account.email if kind is ContactKind.EMAIL else account.phone)
        allowed = await within_limit(uow, deps, AccountAct.CONTACT_CHANGE, str(account.id))
        begun, now = await _begin(uow, deps, account, kind, wanted) if allowed else None, await uow.now()
    if begun is None:
        raise too_many(now)
    return begun


async def _begin(uow: UnitOfWork, deps: IdentityDeps, account: Account, kind: ContactKind, value: str) -> ChangeBegun:
    holder = await accounts.find_by_email(uow.session, value) if kind is ContactKind.EMAIL else None
    claimed = is_claimed(holder.state if holder else None)
    change_id, now, code = new_id(), await uow.now(), deps.randomness.code()
    change = ContactChange(
        id=change_id,
        account_id=account.id,
        kind=kind,
        value=value,
        encrypted_code=None if claimed else deps.codes.keep(code, change_id),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    await repository.drop_open(uow.session, account.id, kind)
    uow.insert(ContactChange, change.model_dump())
    if holder is not None and claimed:
        uow.outbox.add(security_notice(holder, SecurityNoticeKind.ADDRESS_CLAIMED, now))
    else:
        uow.outbox.add(contact_code(deps.sealer, account, change, code))
    return ChangeBegun(change.id, kind, value, change.expires_at)


async def begun_change(uow: UnitOfWork, session_id: UUID, change_id: UUID) -> ChangeBegun:
    """What a change of the signed-in owner is about, while it waits for its code; NotFound otherwise."""
    account = await signed_in_account(uow, session_id)
    for change in await repository.of_account(uow.session, account.id):
        if change.id == change_id and change.confirmed_at is None:
            return ChangeBegun(change.id, change.kind, change.value, change.expires_at)
    raise NotFound("not_found", "There is nothing here.")


async def confirm_contact_change(
    deps: IdentityDeps, session_id: UUID, change_id: UUID, typed: str, device: Device
) -> Account:
    """The new address or number counts from now on. An equal repeat hears the same answer (I9)."""
    code = checked_code(typed)
    await check_address(deps, Act.CODE, device.address)
    async with deps.database.transaction() as uow:
        account = await _lock_with_holder(uow, session_id, change_id)
        change = await repository.lock(uow.session, change_id, account.id)
        if change is None:
            raise NotFound("not_found", "There is nothing here.")
        done = await _confirm(uow, deps, account, change, code, session_id)
    if not done:
        raise wrong_code()
    return account


async def _lock_with_holder(uow: UnitOfWork, session_id: UUID, change_id: UUID) -> Account:
    """The owner's account, and whichever has the wanted address, locked in the one order of all who lock two."""
    account = await signed_in_account(uow, session_id)
    wanted = await repository.wanted_address(uow.session, change_id, account.id)
    if wanted is not None:
        await accounts.lock_both(uow.session, account.id, wanted)
    return await lock_signed_in(uow, session_id)


async def _confirm(
    uow: UnitOfWork, deps: IdentityDeps, account: Account, change: ContactChange, code: str, session_id: UUID
) -> bool:
    right, now = deps.codes.holds(change.encrypted_code, change.id, code), await uow.now()
    if not is_open(attempts=change.attempts, expires_at=change.expires_at, now=now):
        return False
    if not right:
        change.attempts += 1
        return False
    if change.confirmed_at is not None:
        return True
    change.confirmed_at = now
    account.credentials_version += 1
    if change.kind is ContactKind.EMAIL:
        await _move_email(uow, account, change, session_id)
    else:
        _move_phone(uow, account, change)
    return True


async def _move_email(uow: UnitOfWork, account: Account, change: ContactChange, session_id: UUID) -> None:
    """The old address signs in no more and is told; whoever else was signed in is not any more."""
    old, now = owner_as_recipient(account), await uow.now()
    holder = await accounts.lock_by_email(uow.session, change.value)
    if holder is not None and not await give_up_address(uow, holder):
        raise address_held(holder.state)
    await accounts.release_reservations(uow.session, account.id, old.email)
    if not await accounts.move_address(uow.session, account, change.value):
        raise address_held(None)
    await end_sessions(uow, account.id, EndReason.CONTACT_CHANGED, but=session_id)
    uow.outbox.add(account_changed(account))
    detail = reduced(change.kind, change.value)
    uow.outbox.add(security_notice(account, SecurityNoticeKind.EMAIL_CHANGED, now, recipient=old, detail=detail))


def _move_phone(uow: UnitOfWork, account: Account, change: ContactChange) -> None:
    """Codes go to the new number, which is proven by having got here; dossier hears of a proof once (A14)."""
    if account.phone_verified_at is None:
        uow.outbox.add(phone_verified(account))
    account.phone, account.phone_verified_at = change.value, change.confirmed_at
    detail, at = reduced(change.kind, change.value), change.confirmed_at or change.created_at
    uow.outbox.add(security_notice(account, SecurityNoticeKind.PHONE_CHANGED, at, detail=detail))


async def forget_old(uow: UnitOfWork) -> None:
    """Housekeeping: changes that were never proven, and proven ones of long ago."""
    now = await uow.now()
    await repository.forget_old(uow.session, open_before=now - timedelta(days=2), proven_before=now - KEPT)
