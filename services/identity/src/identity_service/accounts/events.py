"""From accounts to contracts: what the owner changed, and the notices that tell the owner at once (I9, I13)."""

from datetime import datetime

from event_contracts.identity import AccountChanged, AccountErased, PhoneVerified
from event_contracts.people import Recipient
from event_contracts.security import SecurityNoticeIssued, SecurityNoticeKind
from service_kit.ids import new_id

from identity_service.accounts.tables import Account


def owner_as_recipient(account: Account) -> Recipient:
    """The owner under the account's own name and address; for mails that no firm writes."""
    return Recipient(
        email=account.email,
        given_name=account.given_name,
        family_name=account.family_name,
        language=account.language,
    )


def account_changed(account: Account) -> AccountChanged:
    """Mails go to this name and address from now on."""
    return AccountChanged(account_id=account.id, user_name=account.user_name, recipient=owner_as_recipient(account))


def phone_verified(account: Account) -> PhoneVerified:
    """A code sent to the account's phone was entered (A14)."""
    return PhoneVerified(account_id=account.id)


def account_erased(account: Account) -> AccountErased:
    """Whatever names the person is forgotten (I13)."""
    return AccountErased(account_id=account.id)


def security_notice(
    account: Account,
    kind: SecurityNoticeKind,
    at: datetime,
    *,
    recipient: Recipient | None = None,
    detail: str | None = None,
) -> SecurityNoticeIssued:
    """A mail in the security lane, to the account's address as it is now, or to the one it had."""
    return SecurityNoticeIssued(
        notice_id=new_id(),
        account_id=account.id,
        kind=kind,
        recipient=recipient or owner_as_recipient(account),
        at=at,
        detail=detail,
    )
