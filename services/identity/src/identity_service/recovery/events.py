"""From recovery to contracts: the link to set a new password, sealed for the account's own address (I5, I10)."""

from event_contracts.people import SealPurpose
from event_contracts.security import PasswordResetIssued

from identity_service.accounts.events import owner_as_recipient
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.recovery.tables import PasswordReset


def reset_issued(deps: IdentityDeps, account: Account, reset: PasswordReset, token: str) -> PasswordResetIssued:
    """The mail with the link."""
    sealed = deps.sealer.seal(
        deps.link_to(f"/password-reset/{token}"),
        purpose=SealPurpose.PASSWORD_RESET,
        subject=str(reset.id),
        recipient=account.email,
        expires_at=reset.expires_at,
    )
    return PasswordResetIssued(
        reset_id=reset.id,
        account_id=account.id,
        recipient=owner_as_recipient(account),
        user_name=account.user_name,
        sealed_link=sealed,
        expires_at=reset.expires_at,
    )
