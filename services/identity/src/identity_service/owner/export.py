"""All that identity holds about one person, for that person (I13): no hash, code or token among it."""

from uuid import UUID

from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.contact_changes import repository as contact_changes
from identity_service.owner import repository
from identity_service.owner.schemas import (
    OwnData,
    own_access,
    own_account,
    own_change,
    own_invitation,
    own_name,
    own_reset,
    own_session,
)
from identity_service.recovery import repository as recovery
from identity_service.sessions.service import signed_in_account


async def export(uow: UnitOfWork, session_id: UUID) -> OwnData:
    """Read in one transaction; nothing changes."""
    account = await signed_in_account(uow, session_id)
    session = uow.session
    return OwnData(
        exported_at=await uow.now(),
        account=own_account(account),
        user_names=[own_name(row) for row in await accounts.names_of(session, account.id)],
        sessions=[own_session(row) for row in await repository.sessions_of(session, account.id)],
        access=[own_access(row) for row in await repository.offers_of(session, account.id)],
        invitations=[own_invitation(row) for row in await repository.invitations_of(session, account.id)],
        contact_changes=[own_change(row) for row in await contact_changes.of_account(session, account.id)],
        password_resets=[own_reset(row) for row in await recovery.resets_of(session, account.id)],
        recovery_codes_left=await recovery.codes_left(session, account.id),
    )
