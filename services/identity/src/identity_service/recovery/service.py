"""Recovery codes (I13): ten for a lost phone, shown once; making new ones kills the older."""

from uuid import UUID

from event_contracts.security import SecurityNoticeKind
from service_kit.db import UnitOfWork

from identity_service.accounts.events import security_notice
from identity_service.deps import IdentityDeps
from identity_service.limits.domain import Act
from identity_service.limits.service import check_address
from identity_service.passwords.service import confirm_password, lock_confirmed
from identity_service.randomness import token_hash
from identity_service.recovery import repository
from identity_service.recovery.domain import CODES, grouped
from identity_service.sessions.domain import Device
from identity_service.sessions.service import signed_in_account


async def make_recovery_codes(deps: IdentityDeps, session_id: UUID, password: str, device: Device) -> tuple[str, ...]:
    """Ten new codes, which nobody can read again; the older ones are dead. Needs the password."""
    await check_address(deps, Act.CODE, device.address)
    confirmed = await confirm_password(deps, session_id, password)
    codes = [deps.randomness.recovery_code() for _ in range(CODES)]
    async with deps.database.transaction() as uow:
        account = await lock_confirmed(uow, session_id, confirmed)
        now = await uow.now()
        await repository.replace_codes(uow.session, account.id, map(token_hash, codes), now)
        uow.outbox.add(security_notice(account, SecurityNoticeKind.RECOVERY_CODES_MADE, now))
    return tuple(map(grouped, codes))


async def recovery_codes_left(uow: UnitOfWork, session_id: UUID) -> int:
    """How many of the owner's codes were not used."""
    account = await signed_in_account(uow, session_id)
    return await repository.codes_left(uow.session, account.id)
