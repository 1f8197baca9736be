"""Offers that dossier suspended and resumed: meanwhile nothing is mailed about them, and their links live on (R3)."""

from event_contracts.dossier import GrantEvent
from event_contracts.identity import AccountState
from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import starts_again
from identity_service.invitations.ending import end_if_idle
from identity_service.invitations.portal_users import put_off
from identity_service.invitations.resending import Ask, mail_anew


async def suspend(uow: UnitOfWork, said: GrantEvent, order: int) -> None:
    """Notes the suspension; the firm's ladder stops when nothing else of the firm waits for this person."""
    account = await _note(uow, said, order, suspended=True)
    if account is not None:
        await end_if_idle(uow, account.id, said.firm_id)


async def resume(uow: UnitOfWork, deps: IdentityDeps, said: GrantEvent, order: int) -> None:
    """Notes that the offer waits again; whoever has no account is invited anew, unless a ladder runs that names it."""
    account = await _note(uow, said, order, suspended=False)
    if account is None or account.state is not AccountState.PENDING:
        return
    if await put_off(uow, said.firm_id, account.id):
        return
    invitation = await repository.latest_invitation(uow.session, account.id, said.firm_id)
    if invitation is not None and starts_again(invitation, await uow.now()):
        await mail_anew(uow, deps, account, said.firm_id, Ask(cause=f"resumption:{said.grant_id}:{order}"))


async def _note(uow: UnitOfWork, said: GrantEvent, order: int, *, suspended: bool) -> Account | None:
    """The locked account of an offer for which this is a change; None when it is none, or the offer is nobody's yet."""
    known = await repository.offer_record(uow.session, said.grant_id)
    if known is not None and known.account_id is not None:
        await accounts.lock(uow.session, known.account_id)
        known = await repository.offer_record(uow.session, said.grant_id)
    if not await repository.put_suspended(uow.session, said.grant_id, said.firm_id, suspended, order):
        return None
    if known is not None and known.account_id is not None and known.suspended is suspended:
        return None
    # Read again: an offer that was nobody's may have been taken before its row could be written here.
    known = await repository.offer_record(uow.session, said.grant_id)
    if known is None or known.account_id is None:
        return None
    return await accounts.lock(uow.session, known.account_id)
