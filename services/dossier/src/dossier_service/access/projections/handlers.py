"""What dossier does with the words of identity and scheduler. Any order, any number of times."""

from datetime import datetime
from uuid import UUID

from event_contracts import Event
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountState,
    InvitationAccepted,
    InvitationExtended,
    InvitationIssued,
    InvitationRevoked,
    Occasion,
    PhoneVerified,
)
from event_contracts.people import LadderKey, OfferKind
from event_contracts.scheduler import LadderAdvanced, LadderArmed, LadderStopped
from event_contracts.security import SessionEnded
from service_kit.db import UnitOfWork
from service_kit.messaging import Outcome, handle

from dossier_service.access.grants import activation, ending
from dossier_service.access.projections import repository
from dossier_service.access.projections.domain import InvitationState, KnownAccountState
from dossier_service.access.projections.repository import ENDED_SESSIONS
from dossier_service.deps import DossierDeps
from dossier_service.firms.domain import awaited
from dossier_service.firms.staff import places

INVITATION_LADDER = "invitation"


async def on_access_linked(event: Event[AccessLinked], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """The offer learns its account; an account that is active already makes it active at once (I1)."""
    data = event.data
    known = await repository.keep_account(
        uow, data.account_id, data.account_state, data.user_name, phone_verified=data.phone_verified is True
    )
    offer_id = data.offer.offer_id
    if data.offer.kind is OfferKind.DOSSIER:
        at = await uow.now()
        await activation.link_grant(uow, offer_id, data.account_id, data.invitation_id, at, active=known.active)
        if known.state is AccountState.ERASED:
            await ending.erase_account(uow, data.account_id)
    else:
        await places.link_place(uow, offer_id, data.account_id, data.invitation_id)
        await _take_places(uow, data.account_id, known)
        if known.state is AccountState.ERASED:
            await places.forget_places(uow, data.account_id)
    return None


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Everything offered to the account becomes active; what is linked later becomes active then."""
    data = event.data
    known = await repository.keep_account(uow, data.account_id, AccountState.ACTIVE, data.user_name)
    if known.active:
        await activation.activate_grants(uow, data.account_id, await uow.now())
    await _take_places(uow, data.account_id, known)
    return None


async def on_phone_verified(event: Event[PhoneVerified], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """Places in a staff were waiting for this (A14)."""
    known = await repository.keep_verified_phone(uow, event.data.account_id)
    await _take_places(uow, event.data.account_id, known)
    return None


async def _take_places(uow: UnitOfWork, account_id: UUID, known: KnownAccountState) -> None:
    if awaited(account_active=known.active, phone_verified=known.phone_verified) is None:
        await places.activate_places(uow, account_id)


async def on_invitation_issued(event: Event[InvitationIssued], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """An invitation lives; the first mail of one may name what an expired one had offered."""
    data = event.data
    if data.occasion is Occasion.FIRST:
        offers = [offer.offer_id for offer in data.offers]
        await activation.reinvite_grants(uow, offers, data.account_id, data.invitation_id)
        await places.reinvite_places(uow, offers, data.account_id, data.invitation_id)
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


async def on_invitation_extended(event: Event[InvitationExtended], uow: UnitOfWork, _deps: DossierDeps) -> Outcome:
    """A later mail keeps it alive beyond its ladder's expiry step (I8)."""
    data, pending = event.data, InvitationState.PENDING
    await repository.keep_invitation(uow, data.invitation_id, pending, data.expires_at, event.order)
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


async def _keep_reminder(uow: UnitOfWork, ladder: LadderKey, due_at: datetime | None, sequence: int) -> None:
    """Ladders of other kinds are not about access."""
    if ladder.kind == INVITATION_LADDER:
        await repository.keep_reminder(uow, ladder.subject_id, ladder.firm_id, ladder.epoch, due_at, sequence)


HANDLERS = (
    handle(AccessLinked, on_access_linked),
    handle(AccountActivated, on_account_activated),
    handle(PhoneVerified, on_phone_verified),
    handle(InvitationIssued, on_invitation_issued),
    handle(InvitationAccepted, on_invitation_accepted),
    handle(InvitationRevoked, on_invitation_revoked),
    handle(InvitationExtended, on_invitation_extended),
    handle(LadderArmed, on_ladder_armed),
    handle(LadderAdvanced, on_ladder_advanced),
    handle(LadderStopped, on_ladder_stopped),
    handle(SessionEnded, ENDED_SESSIONS.on_session_ended),
)
