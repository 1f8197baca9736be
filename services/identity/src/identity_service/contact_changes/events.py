"""From contact changes to contracts: the code for the new address or number, sealed for it alone (I5)."""

from typing import Literal

from event_contracts.people import SealPurpose
from event_contracts.security import ContactCodeIssued
from service_kit.security.sealing import Sealer

from identity_service.accounts.tables import Account
from identity_service.contact_changes.domain import ContactKind
from identity_service.contact_changes.tables import ContactChange


def contact_code(sealer: Sealer, account: Account, change: ContactChange, code: str) -> ContactCodeIssued:
    """The mail or SMS to the new address or number."""
    channel: Literal["email", "sms"] = "email" if change.kind is ContactKind.EMAIL else "sms"
    sealed = sealer.seal(
        code,
        purpose=SealPurpose.CONTACT_CODE,
        subject=str(change.id),
        recipient=change.value,
        expires_at=change.expires_at,
    )
    return ContactCodeIssued(
        change_id=change.id,
        account_id=account.id,
        channel=channel,
        address=change.value,
        given_name=account.given_name,
        family_name=account.family_name,
        language=account.language,
        sealed_code=sealed,
        expires_at=change.expires_at,
    )
