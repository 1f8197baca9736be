"""A reminder that is due: identity has the last word, it mails or says why not (R3), each step once."""

from collections.abc import Sequence

from event_contracts.identity import Occasion, ReminderWithheld
from event_contracts.scheduler import ReminderDue
from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import expiry, is_silent, withheld_reason
from identity_service.invitations.events import firm_of, offer_said, offsets_of, recipient_of, sender_of
from identity_service.invitations.mailing import Letter, issue
from identity_service.invitations.tables import Invitation, Offer


async def remind(uow: UnitOfWork, deps: IdentityDeps, due: ReminderDue) -> None:
    """Mails the reminder, naming every dossier that waits (R2), or withholds it with the reason."""
    ladder = due.ladder
    account = await accounts.lock(uow.session, ladder.subject_id)
    if account is None:
        _withhold(uow, due, "account_unknown")
        return
    invitation = await repository.latest_invitation(uow.session, account.id, ladder.firm_id)
    waiting = await repository.waiting_offers(uow.session, account.id, ladder.firm_id)
    offers = [offer for offer in waiting if not is_silent(offer)]
    reason = withheld_reason(
        account=account.state,
        invitation=invitation,
        epoch=ladder.epoch,
        deactivated=ladder.firm_id in await repository.firms_keeping_out(uow.session, account.id),
        offers_waiting=len(waiting),
        offers_suspended=len(waiting) - len(offers),
        now=await uow.now(),
    )
    if invitation is None or reason is not None:
        _withhold(uow, due, reason or "superseded")
        return
    await _mail(uow, deps, account, invitation, offers, due)


async def _mail(
    uow: UnitOfWork,
    deps: IdentityDeps,
    account: Account,
    invitation: Invitation,
    offers: Sequence[Offer],
    due: ReminderDue,
) -> None:
    invitation.expires_at = expiry(
        invitation.expires_at, await uow.now(), invitation.ladder_started_at, offsets_of(invitation)
    )
    invitation.ladder_ended = invitation.ladder_ended or due.last
    newest = offers[-1]
    letter = Letter(
        cause=f"reminder:{due.ladder}:{due.step}",
        occasion=Occasion.REMINDER,
        firm=firm_of(newest),
        recipient=recipient_of(account, newest),
        offers=[offer_said(offer) for offer in offers],
        granted_by=sender_of(newest),
        step=due.step,
    )
    await issue(uow, deps, account, invitation, letter)


def _withhold(uow: UnitOfWork, due: ReminderDue, reason: str) -> None:
    uow.outbox.add(ReminderWithheld(ladder=due.ladder, step=due.step, reason=reason))
