"""Name and language, changed by the owner alone (I9, I13)."""

from dataclasses import dataclass
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import UnitOfWork

from identity_service.accounts.events import account_changed
from identity_service.accounts.tables import Account
from identity_service.owner.domain import checked_person_name, refuse_other_user_name
from identity_service.sessions.service import lock_signed_in


@dataclass(frozen=True)
class ProfileChanges:
    """What is to change; None leaves it. A user name may be repeated, never changed (I3)."""

    given_name: str | None = None
    family_name: str | None = None
    language: Language | None = None
    user_name: str | None = None


async def change_profile(uow: UnitOfWork, session_id: UUID, changes: ProfileChanges) -> Account:
    """The account as it is afterwards; an event only when something changed."""
    account = await lock_signed_in(uow, session_id)
    refuse_other_user_name(account.user_name, changes.user_name)
    before = (account.given_name, account.family_name, account.language)
    # Somebody known by one word has no given name, and need not find one to change the rest.
    if changes.given_name not in (None, account.given_name):
        account.given_name = checked_person_name("given_name", changes.given_name)
    if changes.family_name is not None:
        account.family_name = checked_person_name("family_name", changes.family_name)
    if changes.language is not None:
        account.language = changes.language
    if (account.given_name, account.family_name, account.language) != before:
        uow.outbox.add(account_changed(account))
    return account
