"""What identity does when another service says something; every effect has its own key besides the inbox."""

from event_contracts import Event
from event_contracts.dossier import (
    DossierHandedOver,
    GrantActivated,
    GrantChanged,
    GrantDeclined,
    GrantLapsed,
    GrantMoved,
    GrantOffered,
    GrantWithdrawn,
    OfferResumed,
    OfferSuspended,
    SignInInformationRequested,
)
from event_contracts.firms import (
    PortalUserDeactivated,
    PortalUserReactivated,
    StaffInvited,
    StaffJoined,
    StaffRemoved,
)
from event_contracts.notifier import MessageFailed
from event_contracts.people import Person
from event_contracts.scheduler import ExpiryDue, LadderStopped, ReminderDue
from service_kit.db import UnitOfWork
from service_kit.errors import Invalid
from service_kit.messaging import Outcome, Reject, handle
from service_kit.people import normalise_email, normalise_phone

from identity_service.accounts.service import PersonData
from identity_service.deps import IdentityDeps
from identity_service.invitations import repository
from identity_service.invitations.domain import LADDER_KIND, OfferState
from identity_service.invitations.ending import end_ladder, expire, note_undeliverable
from identity_service.invitations.events import offer_of_grant, offer_of_staff
from identity_service.invitations.portal_users import keep_out, let_in
from identity_service.invitations.reminders import remind
from identity_service.invitations.resending import send_information
from identity_service.invitations.service import end_offer, move_offer, note_opened, take_offer
from identity_service.invitations.suspension import resume, suspend


def person_data(person: Person) -> PersonData:
    """Checked again here (A3): one address must never become two accounts because a sender was careless."""
    return PersonData(
        email=normalise_email(person.email),
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
        phone=normalise_phone(person.phone) if person.phone else None,
    )


async def on_grant_offered(event: Event[GrantOffered], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A right on a dossier for a person who may not have an account yet."""
    try:
        offer = offer_of_grant(event.data, person_data(event.data.person))
    except Invalid as refusal:
        return Reject(f"{refusal.code} ({refusal.rule})")
    await take_offer(uow, deps, offer)
    return None


async def on_staff_invited(event: Event[StaffInvited], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A place in a firm's staff; staff sign in with a code, so there must be a phone (A14, I10)."""
    try:
        person = person_data(event.data.person)
    except Invalid as refusal:
        return Reject(f"{refusal.code} ({refusal.rule})")
    if person.phone is None:
        return Reject("phone_missing (A14)")
    await take_offer(uow, deps, offer_of_staff(event.data, person))
    return None


async def on_grant_moved(event: Event[GrantMoved], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """An offer goes to a corrected address or phone (I9)."""
    data = event.data
    try:
        offer = offer_of_grant(data, person_data(data.person))
    except Invalid as refusal:
        await end_offer(uow, data.previous_grant_id, data.firm.firm_id)
        return Reject(f"{refusal.code} ({refusal.rule})")
    await move_offer(uow, deps, data.previous_grant_id, offer)
    return None


async def on_grant_changed(event: Event[GrantChanged], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """Its owner's page and its next mail say the right as it is now (I13)."""
    data = event.data
    await repository.put_right(uow.session, data.grant_id, data.firm_id, data.right, event.order)
    return None


async def on_grant_withdrawn(event: Event[GrantWithdrawn], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """An offer or access is gone, known here or not yet."""
    await end_offer(uow, event.data.grant_id, event.data.firm_id)
    return None


async def on_grant_lapsed(event: Event[GrantLapsed], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """An offer waited too long (A10)."""
    await end_offer(uow, event.data.grant_id, event.data.firm_id)
    return None


async def on_grant_declined(event: Event[GrantDeclined], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """Dossier's answer to a decline, or to the leaving of what was not open yet."""
    await end_offer(uow, event.data.grant_id, event.data.firm_id, OfferState.DECLINED)
    return None


async def on_grant_activated(event: Event[GrantActivated], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """An access is open."""
    await note_opened(uow, event.data.grant_id, event.data.firm_id)
    return None


async def on_offer_suspended(event: Event[OfferSuspended], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """Nothing is mailed about an offer for now."""
    await suspend(uow, event.data, event.order)
    return None


async def on_offer_resumed(event: Event[OfferResumed], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A suspended offer waits again."""
    await resume(uow, deps, event.data, event.order)
    return None


async def on_dossier_handed_over(event: Event[DossierHandedOver], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """What is mailed about these offers from now on goes out in the new manager's name (A1)."""
    data = event.data
    await repository.put_manager(uow.session, data.offer_ids, data.firm_id, data.manager_name, event.order)
    return None


async def on_staff_joined(event: Event[StaffJoined], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A place in a firm's staff is taken (A14)."""
    await note_opened(uow, event.data.membership_id, event.data.firm_id)
    return None


async def on_staff_removed(event: Event[StaffRemoved], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A place in a firm's staff is gone, offered or taken."""
    await end_offer(uow, event.data.membership_id, event.data.firm_id)
    return None


async def on_sign_in_information_requested(
    event: Event[SignInInformationRequested], uow: UnitOfWork, deps: IdentityDeps
) -> Outcome:
    """Staff want the person to have what signing in takes (K2, I7)."""
    await send_information(uow, deps, event.data, cause=f"resend:{event.id}")
    return None


async def on_portal_user_deactivated(
    event: Event[PortalUserDeactivated], uow: UnitOfWork, deps: IdentityDeps
) -> Outcome:
    """A firm keeps an account out (I11)."""
    await keep_out(uow, event.data, event.order)
    return None


async def on_portal_user_reactivated(
    event: Event[PortalUserReactivated], uow: UnitOfWork, deps: IdentityDeps
) -> Outcome:
    """A firm lets an account in again (I11)."""
    await let_in(uow, deps, event.data, event.order)
    return None


async def on_reminder_due(event: Event[ReminderDue], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A step of a ladder is due; ladders of other kinds belong to other services."""
    if event.data.ladder.kind == LADDER_KIND:
        await remind(uow, deps, event.data)
    return None


async def on_expiry_due(event: Event[ExpiryDue], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A ladder's last step is due (R4)."""
    if event.data.ladder.kind == LADDER_KIND:
        await expire(uow, event.data.ladder)
    return None


async def on_message_failed(event: Event[MessageFailed], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A mail cannot be delivered; only an invitation's, and only for good, is identity's business (M5)."""
    invitation_id = event.data.message.invitation_id
    if event.data.permanent and invitation_id is not None:
        await note_undeliverable(uow, invitation_id, event.data.ladder)
    return None


async def on_ladder_stopped(event: Event[LadderStopped], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """No more reminders come from this ladder."""
    if event.data.ladder.kind == LADDER_KIND:
        await end_ladder(uow, event.data.ladder)
    return None


HANDLERS = (
    handle(GrantOffered, on_grant_offered),
    handle(StaffInvited, on_staff_invited),
    handle(GrantMoved, on_grant_moved),
    handle(GrantChanged, on_grant_changed),
    handle(GrantWithdrawn, on_grant_withdrawn),
    handle(GrantLapsed, on_grant_lapsed),
    handle(GrantDeclined, on_grant_declined),
    handle(GrantActivated, on_grant_activated),
    handle(OfferSuspended, on_offer_suspended),
    handle(OfferResumed, on_offer_resumed),
    handle(DossierHandedOver, on_dossier_handed_over),
    handle(StaffJoined, on_staff_joined),
    handle(StaffRemoved, on_staff_removed),
    handle(SignInInformationRequested, on_sign_in_information_requested),
    handle(PortalUserDeactivated, on_portal_user_deactivated),
    handle(PortalUserReactivated, on_portal_user_reactivated),
    handle(ReminderDue, on_reminder_due),
    handle(ExpiryDue, on_expiry_due),
    handle(MessageFailed, on_message_failed),
    handle(LadderStopped, on_ladder_stopped),
)
