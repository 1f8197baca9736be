"""What dossier does with the words of identity, notifier and scheduler. Any order, any number of times."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts import Event
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountState,
    InvitationAccepted,
    InvitationIssued,
    InvitationRevoked,
    Occasion,
    SessionEnded,
)
from event_contracts.notifier import MessageFailed, MessageRef, MessageSent, MessageSuppressed
from event_contracts.people import LadderKey, OfferKind
from event_contracts.scheduler import LadderAdvanced, LadderArmed, LadderStopped
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, handle

from dossier_service.access.grants import activation
from dossier_service.access.projections import repository
from dossier_service.access.projections.domain import InvitationState, MailState
from dossier_service.deps import DossierDeps

INVITATION_LADDER = "invitation"


async def on_access_linked(event: Event[AccessLinked], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """The offer learns its account; an account that is active already makes it active at once (I1)."""
    data = event.data
    state = await repository.keep_account(uow, data.account_id, data.account_state, data.user_name)
    link = activation.link_grant if data.offer.kind is OfferKind.DOSSIER else activation.link_membership
    active = state is AccountState.ACTIVE
    await link(uow, data.offer.offer_id, data.account_id, data.invitation_id, await uow.now(), active=active)
    return None


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Everything offered to the account becomes active; what is linked later becomes active then."""
    data = event.data
    await repository.keep_account(uow, data.account_id, AccountState.ACTIVE, data.user_name)
    at = await uow.now()
    await activation.activate_grants(uow, data.account_id, at)
    await activation.activate_memberships(uow, data.account_id, at)
    return None


async def on_invitation_issued(event: Event[InvitationIssued], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """An invitation lives; the first mail of one may name what an expired one had offered."""
    data = event.data
    if data.occasion is Occasion.FIRST:
        offers = [offer.offer_id for offer in data.offers]
        await activation.reinvite_grants(uow, offers, data.account_id, data.invitation_id)
    pending = InvitationState.PENDING
    await repository.keep_invitation(uow, data.invitation_id, pending, data.expires_at, event.order)
    return None


async def on_invitation_accepted(event: Event[InvitationAccepted], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    accepted = InvitationState.ACCEPTED
    await repository.keep_invitation(uow, event.data.invitation_id, accepted, None, event.order)
    return None


async def on_invitation_revoked(event: Event[InvitationRevoked], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    revoked = InvitationState.REVOKED
    await repository.keep_invitation(uow, event.data.invitation_id, revoked, None, event.order)
    return None


async def on_message_sent(event: Event[MessageSent], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    data = event.data
    await repository.keep_mails(uow, _mails(data.message, MailState.SENT, None, data.sent_at, event.order))
    return None


async def on_message_failed(event: Event[MessageFailed], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    data = event.data
    rows = _mails(data.message, MailState.FAILED, data.reason, event.time, event.order)
    await repository.keep_mails(uow, rows)
    return None


async def on_message_suppressed(event: Event[MessageSuppressed], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    data = event.data
    rows = _mails(data.message, MailState.SUPPRESSED, data.reason, event.time, event.order)
    await repository.keep_mails(uow, rows)
    return None


async def on_ladder_armed(event: Event[LadderArmed], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    await _keep_reminder(uow, event.data.ladder, event.data.next_due_at, event.order)
    return None


async def on_ladder_advanced(event: Event[LadderAdvanced], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    await _keep_reminder(uow, event.data.ladder, event.data.next_due_at, event.order)
    return None


async def on_ladder_stopped(event: Event[LadderStopped], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    await _keep_reminder(uow, event.data.ladder, None, event.order)
    return None


async def on_session_ended(event: Event[SessionEnded], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Its tokens are refused from now on (I11)."""
    repository.keep_ended_session(uow, event.data.session_id, event.data.tokens_expire_at)
    return None


def _mails(
    message: MessageRef, state: MailState, reason: str | None, at: datetime, sequence: int
) -> list[dict[str, Any]]:
    offers: set[UUID] = set(message.offer_ids)
    return [
        {
            "offer_id": offer_id,
            "message_id": message.message_id,
            "template": message.template,
            "channel": message.channel,
            "state": state,
            "reason": reason,
            "at": at,
            "sequence": sequence,
        }
        for offer_id in offers
    ]


async def _keep_reminder(uow: UnitOfWork, ladder: LadderKey, due_at: datetime | None, sequence: int) -> None:
    """Ladders of other kinds are not about access."""
    if ladder.kind == INVITATION_LADDER:
        await repository.keep_reminder(uow, ladder.subject_id, ladder.firm_id, ladder.epoch, due_at, sequence)


HANDLERS = (
    handle(AccessLinked, on_access_linked),
    handle(AccountActivated, on_account_activated),
    handle(InvitationIssued, on_invitation_issued),
    handle(InvitationAccepted, on_invitation_accepted),
    handle(InvitationRevoked, on_invitation_revoked),
    handle(MessageSent, on_message_sent),
    handle(MessageFailed, on_message_failed),
    handle(MessageSuppressed, on_message_suppressed),
    handle(LadderArmed, on_ladder_armed),
    handle(LadderAdvanced, on_ladder_advanced),
    handle(LadderStopped, on_ladder_stopped),
    handle(SessionEnded, on_session_ended),
)
