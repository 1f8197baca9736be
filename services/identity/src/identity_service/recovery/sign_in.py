"""A recovery code instead of the SMS (I13): each is good for one sign-in, and its use is told."""

from uuid import UUID

from event_contracts.security import SecurityNoticeKind
from service_kit.db import UnitOfWork

from identity_service.accounts.events import security_notice
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.randomness import token_hash
from identity_service.recovery import repository
from identity_service.recovery.domain import checked_recovery_code
from identity_service.sessions.domain import Device
from identity_service.sessions.service import SessionKind, SignedIn
from identity_service.sessions.sign_in import pass_challenge
from identity_service.sessions.tables import SignInChallenge


async def enter_recovery_code(
    deps: IdentityDeps, challenge_id: UUID, typed: str, kind: SessionKind, device: Device
) -> SignedIn:
    """Signs in by one of the owner's codes instead of the SMS; a wrong one counts like any wrong code (I10)."""
    code = checked_recovery_code(typed)

    async def is_right(uow: UnitOfWork, account: Account, _challenge: SignInChallenge) -> bool:
        now = await uow.now()
        if not await repository.use_code(uow.session, account.id, token_hash(code), now):
            return False
        uow.outbox.add(security_notice(account, SecurityNoticeKind.RECOVERY_CODE_USED, now))
        return True

    return await pass_challenge(deps, challenge_id, is_right, kind, device)
