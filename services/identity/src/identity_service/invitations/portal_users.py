"""Accounts that a firm deactivated (I11): its reminders stop, nobody is invited, until the firm lets them in again."""

from uuid import UUID

from event_contracts.firms import PortalUserEvent
from event_contracts.identity import AccountState
from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import InvitationState
from identity_service.invitations.events import ladder_cancelled
from identity_service.invitations.resending import Ask, mail_anew
from identity_service.invitations.tables import KeptOut


async def keep_out(uow: UnitOfWork, said: PortalUserEvent, order: int) -> None:
    """Notes the deactivation and stops the firm's ladder (R3). Links still make the account, for all firms (I2)."""
    await accounts.lock(uow.session, said.account_id)
    if await _note(uow, said, order, deactivated=True) is None:
        return
    invitation = await repository.latest_invitation(uow.session, said.account_id, said.firm_id)
    if invitation is not None and invitation.state is InvitationState.PENDING:
        invitation.ladder_ended = True
        uow.outbox.add(ladder_cancelled(invitation, "deactivated"))


async def let_in(uow: UnitOfWork, deps: IdentityDeps, said: PortalUserEvent, order: int) -> None:
    """Notes the reactivation, and invites for what was offered meanwhile; otherwise nothing is mailed again."""
    account = await accounts.lock(uow.session, said.account_id)
    unsent = await _note(uow, said, order, deactivated=False)
    if unsent and account is not None and account.state is AccountState.PENDING:
        ask = Ask(cause=f"reactivation:{said.subject}:{order}")
        await mail_anew(uow, deps, account, said.firm_id, ask)


async def put_off(uow: UnitOfWork, firm_id: UUID, account_id: UUID) -> bool:
    """Whether a mail about a new offer waits until the firm lets the account in again; noted when it does."""
    row = await repository.kept_out(uow.session, firm_id, account_id)
    if row is None or not row.deactivated:
        return False
    row.unsent = True
    return True


async def _note(uow: UnitOfWork, said: PortalUserEvent, order: int, *, deactivated: bool) -> bool | None:
    """Whether something waited to be mailed; None when this is older than what is known, or no change."""
    row = await repository.kept_out(uow.session, said.firm_id, said.account_id)
    if row is None:
        values = {"firm_id": said.firm_id, "account_id": said.account_id, "deactivated": deactivated}
        uow.insert(KeptOut, {**values, "sequence": order, "unsent": False})
        return False
    if order <= row.sequence:
        return None
    row.sequence = order
    if row.deactivated is deactivated:
        return None
    unsent, row.unsent, row.deactivated = row.unsent, False, deactivated
    return unsent
