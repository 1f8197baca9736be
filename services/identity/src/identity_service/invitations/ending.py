"""What ends an invitation or its ladder: its end in time (R4, I8), a bounce (M5), silence (R3), an erasure (I13)."""

from datetime import timedelta
from uuid import UUID

from event_contracts.identity import AccountState
from event_contracts.people import LadderKey
from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.accounts.events import account_erased
from identity_service.accounts.service import forget_account
from identity_service.accounts.tables import Account
from identity_service.invitations import repository
from identity_service.invitations.domain import ExpiryVerdict, InvitationState, bounces, is_silent, judge_expiry
from identity_service.invitations.events import (
    invitation_expired,
    invitation_extended,
    invitation_revoked,
    ladder_cancelled,
)
from identity_service.invitations.tables import Invitation

# How long the ladder's own expiry step has the first word; one that was never armed, or stopped, has none.
_STEP_IS_LATE = timedelta(days=1)
_SWEEP = 100


async def expire(uow: UnitOfWork, ladder: LadderKey) -> None:
    """The expiry step of a ladder is due: the invitation expires with an event, or says how long it still lives."""
    if await accounts.lock(uow.session, ladder.subject_id) is None:
        return
    invitation = await repository.latest_invitation(uow.session, ladder.subject_id, ladder.firm_id)
    verdict = judge_expiry(invitation, ladder.epoch, await uow.now())
    if invitation is not None and verdict is ExpiryVerdict.EXPIRES:
        await _expire(uow, invitation)
    elif invitation is not None and verdict is ExpiryVerdict.LIVES_LONGER:
        uow.outbox.add(invitation_extended(invitation))


async def expire_overdue(uow: UnitOfWork) -> int:
    """Housekeeping: expires some of what no ladder ends, because its mail was held, bounced or suppressed; how many.

    Such an invitation has counted as expired all the while (I8); this only says so.
    """
    now, ended = await uow.now(), 0
    found = await repository.overdue(uow.session, now - _STEP_IS_LATE, _SWEEP)
    for account_id, firm_id in sorted((invitation.account_id, invitation.firm_id) for invitation in found):
        await accounts.lock(uow.session, account_id)
        invitation = await repository.latest_invitation(uow.session, account_id, firm_id)
        if invitation and judge_expiry(invitation, invitation.epoch, now) is ExpiryVerdict.EXPIRES:
            await _expire(uow, invitation)
            ended += 1
    return ended


async def _expire(uow: UnitOfWork, invitation: Invitation) -> None:
    offers = await repository.waiting_offers(uow.session, invitation.account_id, invitation.firm_id)
    invitation.state, invitation.settled_at = InvitationState.EXPIRED, await uow.now()
    uow.outbox.add(invitation_expired(invitation, offers))


async def end_if_idle(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> None:
    """Revokes the firm's invitation when nothing of it waits, and stops its ladder when all of that is suspended (R3).

    Of the links, those of a suspended offer stay alive.
    """
    await accounts.lock(uow.session, account_id)
    invitation = await repository.latest_invitation(uow.session, account_id, firm_id)
    if invitation is None or invitation.state is not InvitationState.PENDING:
        return
    waiting = await repository.waiting_offers(uow.session, account_id, firm_id)
    if not waiting:
        invitation.state, invitation.settled_at = InvitationState.REVOKED, await uow.now()
        uow.outbox.add(invitation_revoked(invitation))
    elif not invitation.ladder_ended and all(is_silent(offer) for offer in waiting):
        invitation.ladder_ended = True
        uow.outbox.add(ladder_cancelled(invitation, "suspended"))


async def end_ladder(uow: UnitOfWork, ladder: LadderKey) -> None:
    """A ladder that stopped has ended: the firm's next offer opens a new one (R2, M5)."""
    if await accounts.lock(uow.session, ladder.subject_id) is None:
        return
    invitation = await repository.latest_invitation(uow.session, ladder.subject_id, ladder.firm_id)
    if invitation is not None and invitation.epoch == ladder.epoch:
        invitation.ladder_ended = True


async def note_undeliverable(uow: UnitOfWork, invitation_id: UUID, ladder: LadderKey | None) -> None:
    """A mail of the invitation can never arrive (M5); a resend, a correction or a new ladder makes it deliverable."""
    found = await repository.invitation(uow.session, invitation_id)
    if found is None or await accounts.lock(uow.session, found.account_id) is None:
        return
    invitation = await repository.invitation(uow.session, invitation_id)
    if invitation is not None and bounces(invitation, ladder.epoch if ladder else None):
        invitation.undeliverable_at, invitation.ladder_ended = await uow.now(), True


async def forget_person(uow: UnitOfWork, account: Account) -> None:
    """Erasure (I13): ladders stop, pending invitations are revoked, and nothing here names the person any more.

    Offers stay as ids that are withdrawn for good, so that a late message opens nothing. Hold the account's lock; its
    events are said before the one of the erasure itself.
    """
    for invitation in await repository.pending_invitations(uow.session, account.id):
        invitation.state, invitation.settled_at = InvitationState.REVOKED, await uow.now()
        uow.outbox.add(ladder_cancelled(invitation, "erased"))
        uow.outbox.add(invitation_revoked(invitation))
    await repository.forget_offers(uow.session, account.id)
    await uow.session.flush()
    await repository.forget_invitations(uow.session, account.id)


async def give_up_address(uow: UnitOfWork, account: Account) -> bool:
    """Whether the account's address is free for whoever proved to have it (I2, I9). Hold the account's lock.

    An account that nobody made, and to which nothing is offered any more, is forgotten for that; no other.
    """
    if account.state is not AccountState.PENDING or await repository.living_offers(uow.session, account.id):
        return False
    await forget_account(uow, account)
    await forget_person(uow, account)
    uow.outbox.add(account_erased(account))
    return True
