"""Use cases on offers: taking, moving, ending, noting one as open. Same result in whatever order they come."""

from dataclasses import dataclass, replace
from uuid import UUID

from event_contracts.identity import AccountState, Occasion
from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from identity_service.accounts import repository as accounts
from identity_service.accounts.service import find_or_make
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import (
    DEAD_OFFERS,
    InvitationState,
    NextMail,
    OfferState,
    expiry,
    next_mail,
)
from identity_service.invitations.ending import end_if_idle
from identity_service.invitations.events import (
    NewOffer,
    access_linked,
    offer_said,
    offer_values,
    offsets_stored,
    recipient_of,
)
from identity_service.invitations.mailing import Letter, issue
from identity_service.invitations.portal_users import put_off
from identity_service.invitations.tables import Invitation


async def take_offer(uow: UnitOfWork, deps: IdentityDeps, offer: NewOffer, *, corrects: UUID | None = None) -> None:
    """Finds or makes the person's account, links the offer to it, and invites whoever has no account yet (I1, I2).

    `corrects`: the account whose offer this one replaces; at the same one, links and ladder start anew (I9).
    """
    known = await repository.offer_record(uow.session, offer.offer_id)
    if known is not None and (known.state in DEAD_OFFERS or known.account_id is not None):
        return
    account, made = await find_or_make(uow, offer.person, offer.naming)
    values = {**offer_values(offer), "account_id": account.id, "offered_at": await uow.now()}
    taken = await repository.put_offer(uow.session, {**values, "state": OfferState.OFFERED})
    if taken is None or taken.state in DEAD_OFFERS:
        return
    offer = replace(offer, right=taken.right, granted_by=taken.manager_name or offer.granted_by)
    if account.state is AccountState.ACTIVE or taken.state is OfferState.OPENED:
        uow.outbox.add(access_linked(offer, account, None))
        return
    here = _Here(account, is_new=made, anew=corrects == account.id)
    if taken.suspended:
        await _link_silently(uow, here, offer)
    else:
        await _invite(uow, deps, here, offer, resend=True if corrects else None)


@dataclass(frozen=True)
class _Here:
    """The account that an offer was linked to. `anew`: the offer corrects one that was linked to it too (I9)."""

    account: Account
    is_new: bool
    anew: bool


async def _latest(uow: UnitOfWork, here: _Here, offer: NewOffer) -> Invitation | None:
    if here.is_new:
        return None
    return await repository.latest_invitation(uow.session, here.account.id, offer.firm.firm_id)


async def _link_silently(uow: UnitOfWork, here: _Here, offer: NewOffer) -> None:
    """A suspended offer has an invitation like any other, so that resuming it can mail; no mail arms a ladder now."""
    latest = await _latest(uow, here, offer)
    plan = next_mail(latest, await uow.now())
    if latest is None or plan.new_invitation:
        latest = await _invitation_for(uow, here.account, offer, latest, plan)
        await repository.mark_ladder_ended(uow.session, latest.id)
    uow.outbox.add(access_linked(offer, here.account, latest.id))
    if here.anew:
        await repository.replace_tokens(uow.session, latest.id, await uow.now())


async def _invite(uow: UnitOfWork, deps: IdentityDeps, here: _Here, offer: NewOffer, *, resend: bool | None) -> None:
    account, firm_id = here.account, offer.firm.firm_id
    latest = await _latest(uow, here, offer)
    plan = next_mail(latest, await uow.now(), anew=here.anew)
    invitation = await _invitation_for(uow, account, offer, latest, plan)
    uow.outbox.add(access_linked(offer, account, invitation.id))
    if here.anew:
        await repository.replace_tokens(uow.session, invitation.id, await uow.now())
    if not here.is_new and await put_off(uow, firm_id, account.id):
        # No mail arms it; whoever is let in again is invited then (I11).
        await repository.mark_ladder_ended(uow.session, invitation.id)
        return
    offers = [offer_said(offer)]
    if plan.first and latest is not None:
        # A new ladder: its mails name all that waits, also what an expired invitation had offered.
        offers = [offer_said(row) for row in await repository.mailable_offers(uow.session, account.id, firm_id)]
    letter = Letter(
        cause=f"offer:{offer.offer_id}",
        occasion=Occasion.FIRST if plan.first else Occasion.ADDED,
        firm=offer.firm,
        recipient=recipient_of(account, offer.person),
        offers=offers,
        granted_by=offer.granted_by,
        custom_text=offer.custom_text,
        resend=resend,
    )
    await issue(uow, deps, account, invitation, letter)


async def _invitation_for(
    uow: UnitOfWork, account: Account, offer: NewOffer, latest: Invitation | None, plan: NextMail
) -> Invitation:
    now = await uow.now()
    if latest is not None and not plan.new_invitation:
        started = now if plan.first else latest.ladder_started_at
        latest.expires_at = expiry(latest.expires_at, now, started, offer.policy.offsets)
        latest.epoch, latest.ladder_started_at = plan.epoch, started
        latest.ladder_ended, latest.offsets = False, offsets_stored(offer.policy)
        if plan.first:
            latest.undeliverable_at = None
        return latest
    if latest is not None and latest.state is InvitationState.PENDING:
        latest.state, latest.settled_at = InvitationState.EXPIRED, now
        await uow.session.flush()  # before the new row, which the index of live invitations would refuse
    invitation = Invitation(
        id=new_id(),
        account_id=account.id,
        firm_id=offer.firm.firm_id,
        epoch=plan.epoch,
        state=InvitationState.PENDING,
        offsets=offsets_stored(offer.policy),
        ladder_started_at=now,
        expires_at=expiry(None, now, now, offer.policy.offsets),
        created_at=now,
    )
    uow.insert(Invitation, invitation.model_dump())
    return invitation


async def move_offer(uow: UnitOfWork, deps: IdentityDeps, previous_id: UUID, offer: NewOffer) -> None:
    """An offer goes to a corrected address or phone (I9): the old one is gone, the same is offered anew.

    At the same address the invitation lives on with new links; at another one the old invitation is revoked when the
    firm offers nothing else there. Other firms' invitations of either person are untouched.
    """
    firm_id, known = offer.firm.firm_id, await repository.offer_record(uow.session, previous_id)
    if known is not None and known.account_id is not None:
        await accounts.lock_both(uow.session, known.account_id, offer.person.email)
    account_id = await _put_end(uow, previous_id, firm_id, OfferState.WITHDRAWN)
    await take_offer(uow, deps, offer, corrects=account_id)
    if account_id is not None:
        await end_if_idle(uow, account_id, firm_id)


async def end_offer(uow: UnitOfWork, offer_id: UUID, firm_id: UUID, state: OfferState = OfferState.WITHDRAWN) -> None:
    """Notes the offer's end; the firm's invitation is revoked when nothing of it is left (R3, A10)."""
    account_id = await _put_end(uow, offer_id, firm_id, state)
    if account_id is not None:
        await end_if_idle(uow, account_id, firm_id)


async def _put_end(uow: UnitOfWork, offer_id: UUID, firm_id: UUID, state: OfferState) -> UUID | None:
    """Whose offer ended just now; None when it had ended before or is nobody's yet."""
    known = await repository.offer_record(uow.session, offer_id)
    if known is not None and known.account_id is not None:
        await accounts.lock(uow.session, known.account_id)
    if not await repository.put_state(uow.session, offer_id, firm_id, state):
        return None
    if known is None:
        known = await repository.offer_record(uow.session, offer_id)
    return known.account_id if known else None


async def note_opened(uow: UnitOfWork, offer_id: UUID, firm_id: UUID) -> None:
    """Dossier has answered: the access is open, pages no longer say "being opened" (A10)."""
    await repository.put_state(uow.session, offer_id, firm_id, OfferState.OPENED)
