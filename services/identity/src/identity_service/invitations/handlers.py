"""What identity does when dossier or scheduler says something; every effect has its own key besides the inbox."""

from event_contracts import Event
from event_contracts.dossier import GrantActivated, GrantOffered, GrantWithdrawn, StaffInvited
from event_contracts.people import Person
from event_contracts.scheduler import LadderStopped, ReminderDue
from service_kit.db import UnitOfWork
from service_kit.errors import Invalid
from service_kit.messaging import Outcome, Reject, handle
from service_kit.people import normalise_email, normalise_phone

from identity_service.accounts.service import PersonData
from identity_service.deps import IdentityDeps
from identity_service.invitations.domain import LADDER_KIND
from identity_service.invitations.events import offer_of_grant, offer_of_staff
from identity_service.invitations.reminders import end_ladder, remind
from identity_service.invitations.service import note_opened, take_offer, withdraw_offer


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
        person = person_data(event.data.person)
    except Invalid as refusal:
        return Reject(f"{refusal.code} ({refusal.rule})")
    await take_offer(uow, deps, offer_of_grant(event.data, person))
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


async def on_grant_withdrawn(event: Event[GrantWithdrawn], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """An offer is gone, known here or not yet."""
    await withdraw_offer(uow, event.data.grant_id, event.data.firm_id)
    return None


async def on_grant_activated(event: Event[GrantActivated], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """An access is open."""
    await note_opened(uow, event.data.grant_id, event.data.firm_id)
    return None


async def on_reminder_due(event: Event[ReminderDue], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """A step of a ladder is due; ladders of other kinds belong to other services."""
    if event.data.ladder.kind == LADDER_KIND:
        await remind(uow, deps, event.data)
    return None


async def on_ladder_stopped(event: Event[LadderStopped], uow: UnitOfWork, deps: IdentityDeps) -> Outcome:
    """No more reminders come from this ladder."""
    if event.data.ladder.kind == LADDER_KIND:
        await end_ladder(uow, event.data.ladder)
    return None


HANDLERS = (
    handle(GrantOffered, on_grant_offered),
    handle(StaffInvited, on_staff_invited),
    handle(GrantWithdrawn, on_grant_withdrawn),
    handle(GrantActivated, on_grant_activated),
    handle(ReminderDue, on_reminder_due),
    handle(LadderStopped, on_ladder_stopped),
)
