"""From sessions to contracts; nothing else of this area knows the shape of an event."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import SealPurpose
from event_contracts.security import SignInCodeIssued
from service_kit.security.sealing import Sealer

from identity_service.accounts.tables import Account


def code_issued(
    sealer: Sealer, account: Account, challenge_id: UUID, code: str, expires_at: datetime
) -> SignInCodeIssued:
    """The SMS of a sign-in; its code is sealed for this challenge and this phone (I5)."""
    if account.phone is None:
        raise ValueError("an account without a phone gets no code")
    sealed = sealer.seal(
        code,
        purpose=SealPurpose.SIGN_IN_CODE,
        subject=str(challenge_id),
        recipient=account.phone,
        expires_at=expires_at,
    )
    return SignInCodeIssued(
        challenge_id=challenge_id,
        account_id=account.id,
        phone=account.phone,
        language=account.language,
        sealed_code=sealed,
        expires_at=expires_at,
    )
