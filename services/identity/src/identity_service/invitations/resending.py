"""An invitation mailed anew: a fresh link and a fresh end, every older link dead, whoever asked for it (I7, K2)."""

from dataclasses import dataclass
from uuid import UUID

from event_contracts.dossier import SignInInformationRequested
from event_contracts.identity import AccountState, Occasion, SignInInformationIssued
from event_contracts.people import FirmRef
from service_kit.db import UnitOfWork

from identity_service.accounts import repository as accounts
from identity_service.accounts.tables import Account
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import DEAD_OFFERS, InvitationState, expiry, is_silent, next_mail
from identity_service.invitations.events import firm_of, offer_said, offsets_of, recipient_of, sender_of
from identity_service.invitations.mailing import Letter, issue
from identity_service.invitations.tables import Invitation

_REVIVABLE = (InvitationState.PENDING, InvitationState.EXPIRED)


@dataclass(frozen=True)
class Ask:
    """Who wants a fresh mail, and what it says besides; the same `cause` never mails twice."""

    cause: str
    firm: FirmRef | None = None
    custom_text: str | None = None
    by_person: bool = False


async def mail_anew(uow: UnitOfWork, deps: IdentityDeps, account: Account, firm_id: UUID, ask: Ask) -> bool:
    """Mails a first mail that names every offer of the firm that waits; False when none may be mailed about (R3, A13).

    An expired invitation lives again. A ladder that runs keeps its dates, one that ended starts anew (R2). Hold the
    account's lock.
    """
    invitation = await repository.latest_invitation(uow.session, account.id, firm_id)
    offers = await repository.mailable_offers(uow.session, account.id, firm_id)
    if invitation is None or invitation.state not in _REVIVABLE or not offers:
        return False
    await _revive(uow, invitation)
    newest = offers[-1]
    letter = Letter(
        cause=ask.cause,
        occasion=Occasion.FIRST,
        firm=ask.firm or firm_of(newest),
        recipient=recipient_of(account, newest),
        offers=[offer_said(offer) for offer in offers],
        granted_by=sender_of(newest),
        custom_text=ask.custom_text,
        renewal=ask.by_person,
        resend=True,
    )
    await issue(uow, deps, account, invitation, letter)
    return True


async def _revive(uow: UnitOfWork, invitation: Invitation) -> None:
    now = await uow.now()
    plan = next_mail(invitation, now)
    if plan.first:
        invitation.epoch, invitation.ladder_started_at, invitation.ladder_ended = plan.epoch, now, False
    invitation.state, invitation.settled_at, invitation.undeliverable_at = InvitationState.PENDING, None, None
    invitation.expires_at = expiry(None, now, invitation.ladder_started_at, offsets_of(invitation))
    await repository.replace_tokens(uow.session, invitation.id, now)


async def send_information(uow: UnitOfWork, deps: IdentityDeps, asked: SignInInformationRequested, cause: str) -> None:
    """Staff's resend (K2): a fresh invitation before activation, afterwards how to sign in, never such a link.

    An offer that is not known yet is about to be mailed anyway; one that is gone or suspended while it waits, or whose
    person the firm keeps out, is not mailed again (R3, I11).
    """
    known = await repository.offer_record(uow.session, asked.offer_id)
    if known is None or known.account_id is None:
        return
    account = await accounts.lock(uow.session, known.account_id)
    known = await repository.offer_record(uow.session, asked.offer_id)
    if account is None or known is None or known.state in DEAD_OFFERS or is_silent(known):
        return
    if asked.firm.firm_id in await repository.firms_keeping_out(uow.session, account.id):
        return
    if account.state is AccountState.PENDING:
        ask = Ask(cause, asked.firm, asked.custom_text)
        await mail_anew(uow, deps, account, asked.firm.firm_id, ask)
    elif account.state is AccountState.ACTIVE:
        await _tell_how_to_sign_in(uow, account, asked)


async def _tell_how_to_sign_in(uow: UnitOfWork, account: Account, asked: SignInInformationRequested) -> None:
    offers = [
        offer
        for offer in await repository.living_offers(uow.session, account.id)
        if offer.firm_id == asked.firm.firm_id and offer.left_at is None and not is_silent(offer)
    ]
    if not offers:
        return
    uow.outbox.add(
        SignInInformationIssued(
            account_id=account.id,
            firm=asked.firm,
            recipient=recipient_of(account, offers[-1]),
            user_name=account.user_name,
            offers=tuple(offer_said(offer) for offer in offers),
            requested_by=asked.requested_by,
            custom_text=asked.custom_text,
        )
    )
