"""A new password for the signed-in owner: needs the current one, ends every other session, and the owner is told."""

from uuid import UUID

from event_contracts.security import SecurityNoticeKind

from identity_service.accounts.events import security_notice
from identity_service.deps import IdentityDeps
from identity_service.limits.domain import Act
from identity_service.limits.service import check_address
from identity_service.passwords.service import confirm_password, hash_new, lock_confirmed
from identity_service.recovery import repository as recovery
from identity_service.sessions.domain import Device, EndReason
from identity_service.sessions.service import end_sessions


async def change_password(deps: IdentityDeps, session_id: UUID, current: str, new: str, device: Device) -> None:
    """Sets the new password (I4, I13). Links and codes that were asked for before are dead."""
    await check_address(deps, Act.CONTACT_CHANGE, device.address)
    confirmed = await confirm_password(deps, session_id, current, field="current_password")
    encoded = await hash_new(deps, new, names=(confirmed.user_name, confirmed.email))
    async with deps.database.transaction() as uow:
        account = await lock_confirmed(uow, session_id, confirmed)
        now = await uow.now()
        account.password_hash = encoded
        account.credentials_version += 1
        await recovery.replace_resets(uow.session, account.id, now)
        await end_sessions(uow, account.id, EndReason.PASSWORD_CHANGED, but=session_id)
        uow.outbox.add(security_notice(account, SecurityNoticeKind.PASSWORD_CHANGED, now))
