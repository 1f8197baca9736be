"""Use cases of a contact's access: save and send, and other limits; the role is `client` whatever is asked (A9, K2)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from event_contracts.firms import NoticeKind
from event_contracts.people import Right
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError
from service_kit.user_names import checked_name

from dossier_service.access import domain as law
from dossier_service.access.grants import repository as grants
from dossier_service.access.grants import service as granting
from dossier_service.access.grants.service import OfferPolicy, Terms
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.clients import repository as clients
from dossier_service.clients.contacts import domain as rules
from dossier_service.clients.contacts import repository as contacts
from dossier_service.clients.contacts.access import form
from dossier_service.clients.contacts.access.domain import wished_name
from dossier_service.clients.contacts.access.form import Access
from dossier_service.clients.contacts.access.naming import user_code
from dossier_service.clients.contacts.access.person import enter, refresh
from dossier_service.clients.contacts.service import apply
from dossier_service.clients.contacts.tables import Contact
from dossier_service.dossiers.people.domain import EnteredBy, PersonRole, needs_phone
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import confirmed_contact, is_same_address
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms.branches.service import open_branch
from dossier_service.notices.service import Happened, tell


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form as it was sent; what is left out is as it was proposed, e-mail and phone as the contact's entry says."""

    user_name: str | None
    email: str | None
    phone: str | None
    right: Right
    networks: tuple[str, ...]
    branch_id: UUID | None
    contact_confirmed: bool
    custom_text: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What an access is limited to; `keep_*` leaves what is there."""

    networks: tuple[str, ...] = ()
    branch_id: UUID | None = None
    keep_networks: bool = True
    keep_branch: bool = True


async def give(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, contact_id: UUID, wanted: Wanted, policy: OfferPolicy
) -> Access:
    """Saves and sends: the contact becomes a person of the dossier, and is offered the right within its limits."""
    dossier, standing = await granting.entered(uow, account_id, dossier_id)
    require(law.why_not_grant_to_contact(standing))
    contact = await contacts.lock(uow, dossier.client_id, contact_id)
    if contact is None:
        raise unknown()
    person = await contacts.person_in(uow, dossier.id, contact.id)
    email = contact.email if wanted.email is None else wanted.email
    require(law.why_not_grant(standing, await _grantee(uow, account_id, dossier, person, email), wanted.right))
    terms = await _terms(uow, account_id, dossier, contact, email, wanted)
    client = await clients.client_of(uow, dossier.id)
    if person is None:
        person = await enter(uow, account_id, dossier, contact, client.language)
    else:
        await refresh(uow, account_id, dossier, person, contact, client.language)
    await granting.offer_on(uow, account_id, standing, dossier, person, terms, policy)
    return await form.shown(uow, dossier, contact)


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    contact_id: UUID,
    right: Right | None,
    limits: Limits,
    user_name: str | None,
    check_version: Callable[[int], None],
) -> Access:
    """Another right or other limits for a live access; they count with the next request (A9)."""
    dossier, standing = await granting.managed(uow, account_id, dossier_id)
    contact = await contacts.contact_of(uow, dossier.client_id, contact_id)
    if contact is None:
        raise unknown()
    person = await contacts.person_in(uow, dossier.id, contact.id)
    grant = await grants.lock_live_of_person(uow, person.id) if person else None
    if grant is None:
        raise Conflict("no_access", "This contact has no live access to this dossier: give it first.", rule="A10")
    if user_name is not None and user_name != (await form.shown(uow, dossier, contact)).user_name:
        detail = "The user code is fixed once access was given: the person signs in with it."
        error = FieldError("user_name", "user_name_fixed", detail, "I3")
        raise Conflict("user_name_fixed", detail, rule="I3", fields=(error,))
    before = grant.right
    grant = await granting.change(uow, account_id, dossier_id, grant.id, right or grant.right, check_version)
    if await _limit(uow, account_id, grant, limits) and grant.right is before:
        name = granting.giver_in(standing).name
        await tell(uow, [Happened(NoticeKind.CHANGED, grant.id, await uow.now(), actor=account_id, by=name)])
    return await form.shown(uow, dossier, contact)


async def _terms(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, contact: Contact, email: str | None, wanted: Wanted
) -> Terms:
    """The form, checked; what corrects the contact is kept with the contact."""
    known = rules.sign_in_number(contact.mobile, contact.phone)
    typed = known if wanted.phone is None else wanted.phone
    needed = needs_phone(PersonRole.CLIENT)
    address, number = confirmed_contact(email, typed, confirmed=wanted.contact_confirmed, phone_needed=needed)
    networks = law.checked_networks(wanted.networks)
    chosen = None if wanted.user_name is None else checked_name(wanted.user_name)
    if wanted.branch_id is not None:
        await open_branch(uow, dossier.firm_id, wanted.branch_id)
    wished = wished_name(chosen, await user_code(uow, dossier.client_id)) if chosen else None
    await _correct(uow, account_id, dossier, contact, address, number)
    return Terms(wanted.right, address, False, wanted.custom_text, wished, networks, wanted.branch_id)


async def _correct(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, contact: Contact, email: str, number: str | None
) -> None:
    """The contact's own entry says where the contact was reached; a number that takes codes is the mobile."""
    known = rules.sign_in_number(contact.mobile, contact.phone)
    corrected = {
        name: value for name, value, old in (("email", email, contact.email), ("mobile", number, known)) if value != old
    }
    elsewhere = bool(corrected) and await contacts.has_grant_elsewhere(uow, contact.id, dossier.id)
    require(rules.why_not_correct_with_access(changed=bool(corrected), granted_elsewhere=elsewhere))
    if corrected:
        await apply(uow, account_id, contact, corrected)


async def _grantee(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, person: Person | None, email: str | None
) -> law.Grantee:
    own = await grants.addresses_of(uow, dossier.firm_id, account_id)
    deceased = person is not None and person.deceased_on is not None
    return law.Grantee(PersonRole.CLIENT, EnteredBy.STAFF, deceased, is_same_address(email, own))


async def _limit(uow: UnitOfWork, account_id: UUID, grant: Grant, limits: Limits) -> bool:
    """Sets the limits of a locked grant; tells whether that changed anything. A closed branch takes no new limit."""
    networks = grant.networks if limits.keep_networks else list(law.checked_networks(limits.networks))
    branch_id = grant.branch_id if limits.keep_branch else limits.branch_id
    if (networks, branch_id) == (grant.networks, grant.branch_id):
        return False
    if branch_id is not None and branch_id != grant.branch_id:
        await open_branch(uow, grant.firm_id, branch_id)
    details = {
        "previous_networks": ",".join(grant.networks) or None,
        "networks": ",".join(networks) or None,
        "previous_branch": grant.branch_id,
        "branch": branch_id,
    }
    grant.networks, grant.branch_id, grant.version = networks, branch_id, grant.version + 1
    await uow.session.flush()
    fact = Fact("grant_limited", grant.firm_id, "grant", grant.id, "A9", grant.dossier_id, details=details)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
    return True
