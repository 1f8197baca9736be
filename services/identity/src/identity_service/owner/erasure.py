"""Erasure (I13): the person is forgotten, the user name stays taken for ever, and the address may be invited anew."""

from uuid import UUID

from event_contracts.security import SecurityNoticeKind
from service_kit.db import UnitOfWork

from identity_service.accounts.events import account_erased, owner_as_recipient, security_notice
from identity_service.accounts.service import forget_account
from identity_service.accounts.tables import Account
from identity_service.contact_changes import repository as contact_changes
from identity_service.deps import IdentityDeps
from identity_service.invitations.ending import forget_person
from identity_service.limits.domain import AccountAct, Act
from identity_service.limits.service import check_address, forget_failures
from identity_service.owner import repository
from identity_service.owner.domain import refuse_staff
from identity_service.passwords.service import confirm_password, lock_confirmed
from identity_service.recovery import repository as recovery
from identity_service.sessions import repository as sessions
from identity_service.sessions.domain import Device, EndReason
from identity_service.sessions.service import end_sessions


async def erase(deps: IdentityDeps, session_id: UUID, password: str, device: Device) -> None:
    """Erases the signed-in owner's account for good; Conflict while the person is on a firm's staff."""
    await check_address(deps, Act.CONTACT_CHANGE, device.address)
    confirmed = await confirm_password(deps, session_id, password)
    async with deps.database.transaction() as uow:
        # Challenges before the account, as entering a code takes them.
        await sessions.lock_challenges(uow.session, confirmed.id)
        account = await lock_confirmed(uow, session_id, confirmed)
        places = await repository.staff_places(uow.session, account.id)
        refuse_staff(places, phone_verified=account.phone_verified_at is not None)
        await _erase(uow, account)


async def _erase(uow: UnitOfWork, account: Account) -> None:
    now, was = await uow.now(), owner_as_recipient(account)
    uow.outbox.add(security_notice(account, SecurityNoticeKind.ACCOUNT_ERASED, now, recipient=was))
    await end_sessions(uow, account.id, EndReason.ACCOUNT_ERASED)
    await forget_account(uow, account)
    for area in (sessions, recovery, contact_changes):
        await area.forget_person(uow.session, account.id)
    await forget_failures(uow, str(account.id), *AccountAct)
    await forget_person(uow, account)
    uow.outbox.add(account_erased(account))
