"""Use cases of the grants area: offer, change, withdraw, move. Each locks the dossier first, then asks the law."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from event_contracts.firms import NoticeKind
from event_contracts.people import LadderPolicy, Right
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid, RateLimited
from service_kit.ids import new_id

from dossier_service.access import domain as law
from dossier_service.access.grants import events, repository
from dossier_service.access.grants.ending import WITHDRAWN, end, settle
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import Contact, required_contact
from dossier_service.edge.refusals import refused, require, unknown
from dossier_service.notices.service import Happened, tell


@dataclass(frozen=True, slots=True)
class Offer:
    """What a manager offers to whom; e-mail and phone correct what the tree says, when given."""

    person_id: UUID
    right: Right
    email: str | None
    phone: str | None
    contact_confirmed: bool
    custom_text: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new grant says, once all of it was checked."""

    right: Right
    email: str
    new_address: bool
    custom_text: str | None


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    """What the settings say about offers: the reminders (R5), and how many new addresses an hour (I1)."""

    ladder: LadderPolicy
    new_addresses_per_hour: int


async def offer(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, wanted: Offer, policy: OfferPolicy) -> Grant:
    """Offers a right. The answer is the same whether the person has an account or not: dossier does not know (I1)."""
    dossier, standing = await managed(uow, account_id, dossier_id)
    person = await people.person_in(uow, dossier.id, wanted.person_id)
    if person is None:
        raise unknown()
    email = person.email if wanted.email is None else wanted.email
    phone = person.phone if wanted.phone is None else wanted.phone
    contact = _confirmed(email, phone, wanted.contact_confirmed)
    if await repository.lock_live_of_person(uow, person.id) is not None:
        raise Conflict("grant_exists", "This person has a live grant on the dossier already.", rule="A10")
    new_address = await _new_address(uow, standing, dossier, contact.email, policy)
    await _keep_contact(uow, person, contact)
    terms = Terms(wanted.right, contact.email, new_address, wanted.custom_text)
    grant = await _insert(uow, standing, dossier, person, terms)
    await _say_offered(uow, account_id, standing, dossier, person, grant, policy.ladder)
    return grant


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    grant_id: UUID,
    right: Right,
    check_version: Callable[[int], None],
) -> Grant:
    """Changes the right of a live grant; a holder's is never lowered (A5). The same right again changes nothing."""
    dossier, standing = await managed(uow, account_id, dossier_id)
    grant, person = await locked_grant(uow, dossier, grant_id)
    check_version(grant.version)
    following = law.next_right(grant.right, right, grant.state, person.role)
    if isinstance(following, law.Refusal):
        raise refused(following)
    if following is not grant.right:
        previous, grant.right, grant.version = grant.right, following, grant.version + 1
        await uow.session.flush()
        details = {"previous_right": previous, "right": grant.right}
        fact = Fact("grant_changed", dossier.firm_id, "grant", grant.id, "A1", dossier.id, details=details)
        journal.add(uow, Actor.account(account_id), fact, await uow.now())
        uow.outbox.add(events.grant_changed(grant, previous))
        await _tell(uow, NoticeKind.CHANGED, grant, account_id, standing, previous_right=previous)
    return grant


async def withdraw(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, grant_id: UUID, reason: str | None = None
) -> Grant:
    """Withdraws a live grant, never a holder's (A5). One that is withdrawn already is answered as it is (A10)."""
    dossier, standing = await managed(uow, account_id, dossier_id)
    assert standing.staff is not None  # only a manager gets here
    grant, person = await locked_grant(uow, dossier, grant_id)
    if grant.state is law.GrantState.WITHDRAWN:
        return grant
    following = law.next_state(grant.state, law.Move.WITHDRAW, person.role)
    if isinstance(following, law.Refusal):
        raise refused(following)
    actor = Actor.account(account_id)
    await end(uow, [(grant, person.role)], WITHDRAWN, actor, by=standing.staff.name, reason=reason)
    return grant


async def move_offer(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    grant: Grant,
    contact_confirmed: bool,
    policy: OfferPolicy,
) -> Grant:
    """Before activation a wrong address is corrected: the same right is offered anew, in one event (A5, I9).

    The old link dies, the new address is invited with a ladder of its own; what was written to the person goes along.
    """
    contact = _confirmed(person.email, person.phone, contact_confirmed)
    new_address = await _new_address(uow, standing, dossier, contact.email, policy)
    following = law.next_state(grant.state, law.Move.CORRECT, person.role)
    if isinstance(following, law.Refusal):
        raise refused(following)
    # A correction mails anew like a resend: back and forth, it would be one without a limit (I7).
    at = await uow.now()
    asked = await repository.resends_since(uow, dossier.firm_id, contact.email, at - timedelta(hours=1))
    require(law.why_not_resend(grant.state, asked, deactivated=False))
    repository.keep_resend(uow, dossier.firm_id, contact.email, at)
    terms = Terms(grant.right, contact.email, new_address, grant.custom_text)
    settle(grant, following, at)
    await uow.session.flush()
    fact = Fact("grant_moved", dossier.firm_id, "grant", grant.id, "A5", dossier.id)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
    moved = await _insert(uow, standing, dossier, person, terms)
    await _say_offered(uow, account_id, standing, dossier, person, moved, policy.ladder, moved_from=grant.id)
    return moved


async def managed(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[Dossier, law.Standing]:
    """The locked dossier, for its manager only (A1)."""
    dossier = await dossiers.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    standing = await standing_in(uow, account_id, dossier_id)
    require(law.why_not_manage(standing))
    return dossier, standing


async def locked_grant(uow: UnitOfWork, dossier: Dossier, grant_id: UUID) -> tuple[Grant, Person]:
    """A grant of this dossier with its person; any other is unknown here (A13)."""
    grant = await repository.lock(uow, dossier.id, grant_id)
    if grant is None:
        raise unknown()
    person = await uow.session.get_one(Person, grant.person_id)
    return grant, person


def _confirmed(email: str | None, phone: str | None, confirmed: bool) -> Contact:
    """Both are there and well-formed, and the granter says that they were checked (A3)."""
    contact = required_contact(email, phone)
    if not confirmed:
        detail = "Confirm that e-mail and phone were checked with the person."
        field = FieldError("contact_confirmed", "contact_not_confirmed", detail, "A3")
        raise Invalid("contact_not_confirmed", detail, rule="A3", fields=(field,))
    return contact


async def _new_address(
    uow: UnitOfWork, standing: law.Standing, dossier: Dossier, email: str, policy: OfferPolicy
) -> bool:
    """Whether the firm never offered anything to this address; of those, only so many an hour (I1)."""
    assert standing.staff is not None  # only a manager gets here
    if await repository.known_address(uow, dossier.firm_id, email):
        return False
    since = await uow.now() - timedelta(hours=1)
    if await repository.new_addresses_since(uow, standing.staff.membership_id, since) >= policy.new_addresses_per_hour:
        detail = "Too many new addresses within an hour; try again later."
        raise RateLimited("too_many_new_addresses", detail, rule="I1", retry_after=600)
    return True


async def _keep_contact(uow: UnitOfWork, person: Person, contact: Contact) -> None:
    if (person.email, person.phone) != (contact.email, contact.phone):
        person.email, person.phone, person.version = contact.email, contact.phone, person.version + 1
        await uow.session.flush()


async def _insert(uow: UnitOfWork, standing: law.Standing, dossier: Dossier, person: Person, terms: Terms) -> Grant:
    assert standing.staff is not None  # only a manager gets here
    if await repository.address_in_use(uow, dossier.id, terms.email):
        detail = "Somebody else of this dossier was granted access under this address: one address is one person."
        raise Conflict("address_in_use", detail, rule="I2")
    grant = Grant(
        id=new_id(),
        firm_id=dossier.firm_id,
        dossier_id=dossier.id,
        person_id=person.id,
        right=terms.right,
        state=law.GrantState.OFFERED,
        email=terms.email,
        new_address=terms.new_address,
        given_by=standing.staff.membership_id,
        offered_at=await uow.now(),
        custom_text=terms.custom_text,
    )
    uow.session.add(grant)
    await uow.session.flush()
    return grant


async def _say_offered(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    grant: Grant,
    policy: LadderPolicy,
    moved_from: UUID | None = None,
) -> None:
    assert standing.staff is not None  # only a manager gets here
    details = {"right": grant.right, "role": person.role, "person": person.id, "new_address": grant.new_address}
    fact = Fact("grant_offered", dossier.firm_id, "grant", grant.id, "A1", dossier.id, details=details)
    journal.add(uow, Actor.account(account_id), fact, grant.offered_at)
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    name = standing.staff.name
    if moved_from is None:
        uow.outbox.add(events.grant_offered(grant, dossier, firm, person, name, policy))
    else:
        uow.outbox.add(events.grant_moved(grant, dossier, firm, person, name, policy, moved_from))
    await _tell(uow, NoticeKind.OFFERED, grant, account_id, standing)


async def _tell(
    uow: UnitOfWork,
    kind: NoticeKind,
    grant: Grant,
    account_id: UUID,
    standing: law.Standing,
    previous_right: Right | None = None,
) -> None:
    """The holder hears of it (A12)."""
    assert standing.staff is not None  # only a manager gets here
    name, at = standing.staff.name, await uow.now()
    await tell(uow, [Happened(kind, grant.id, at, actor=account_id, by=name, previous_right=previous_right)])
