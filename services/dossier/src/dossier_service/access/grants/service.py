"""Use cases of the grants area: offer, change, withdraw, move. Each locks the dossier first, then asks the law."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from event_contracts.people import LadderPolicy, Right
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid, RateLimited
from service_kit.ids import new_id

from dossier_service.access import domain as law
from dossier_service.access.grants import events, repository
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
class OfferPolicy:
    """What the settings say about offers: the reminders (R5), and how many new addresses an hour (I1)."""

    ladder: LadderPolicy
    new_addresses_per_hour: int


async def offer(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, wanted: Offer, policy: OfferPolicy) -> Grant:
    """Offers a right. The answer is the same whether the person has an account or not: dossier does not know (I1)."""
    dossier, standing = await _managed(uow, account_id, dossier_id)
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
    grant = await _insert(uow, standing, dossier, person, wanted.right, contact.email, new_address=new_address)
    await _say_offered(uow, account_id, standing, dossier, person, grant, wanted.custom_text, policy.ladder)
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
    dossier, _ = await _managed(uow, account_id, dossier_id)
    grant, person = await _locked_grant(uow, dossier, grant_id)
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
    return grant


async def withdraw(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, grant_id: UUID, reason: str | None = None
) -> Grant:
    """Withdraws a live grant, never a holder's (A5). One that is withdrawn already is answered as it is (A10)."""
    dossier, _ = await _managed(uow, account_id, dossier_id)
    grant, person = await _locked_grant(uow, dossier, grant_id)
    if grant.state is law.GrantState.WITHDRAWN:
        return grant
    await _end(uow, grant, law.next_state(grant.state, law.Move.WITHDRAW, person.role))
    fact = Fact("grant_withdrawn", dossier.firm_id, "grant", grant.id, "A1", dossier.id, reason=reason)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
    uow.outbox.add(events.grant_withdrawn(grant))
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
    """Before activation a wrong address is corrected: the old offer ends and the same right is offered anew (A5, I9).

    The old link dies with the withdrawal, the new address is invited with a ladder of its own.
    """
    contact = _confirmed(person.email, person.phone, contact_confirmed)
    new_address = await _new_address(uow, standing, dossier, contact.email, policy)
    await _end(uow, grant, law.next_state(grant.state, law.Move.CORRECT, person.role))
    fact = Fact("grant_moved", dossier.firm_id, "grant", grant.id, "A5", dossier.id)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
    uow.outbox.add(events.grant_withdrawn(grant))
    moved = await _insert(uow, standing, dossier, person, grant.right, contact.email, new_address=new_address)
    await _say_offered(uow, account_id, standing, dossier, person, moved, None, policy.ladder)
    return moved


async def _managed(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[Dossier, law.Standing]:
    """The locked dossier, for its manager only (A1)."""
    dossier = await dossiers.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    standing = await standing_in(uow, account_id, dossier_id)
    require(law.why_not_manage(standing))
    return dossier, standing


async def _locked_grant(uow: UnitOfWork, dossier: Dossier, grant_id: UUID) -> tuple[Grant, Person]:
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


async def _insert(
    uow: UnitOfWork,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    right: Right,
    email: str,
    *,
    new_address: bool,
) -> Grant:
    assert standing.staff is not None  # only a manager gets here
    if await repository.address_in_use(uow, dossier.id, email):
        detail = "Somebody else of this dossier was granted access under this address: one address is one person."
        raise Conflict("address_in_use", detail, rule="I2")
    grant = Grant(
        id=new_id(),
        firm_id=dossier.firm_id,
        dossier_id=dossier.id,
        person_id=person.id,
        right=right,
        state=law.GrantState.OFFERED,
        email=email,
        new_address=new_address,
        given_by=standing.staff.membership_id,
        offered_at=await uow.now(),
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
    custom_text: str | None,
    policy: LadderPolicy,
) -> None:
    assert standing.staff is not None  # only a manager gets here
    details = {"right": grant.right, "role": person.role, "person": person.id, "new_address": grant.new_address}
    fact = Fact("grant_offered", dossier.firm_id, "grant", grant.id, "A1", dossier.id, details=details)
    journal.add(uow, Actor.account(account_id), fact, grant.offered_at)
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    name = standing.staff.name
    uow.outbox.add(events.grant_offered(grant, dossier, firm, person, name, custom_text, policy))


async def _end(uow: UnitOfWork, grant: Grant, following: law.GrantState | law.Refusal) -> None:
    if isinstance(following, law.Refusal):
        raise refused(following)
    grant.state, grant.ended_at, grant.version = following, await uow.now(), grant.version + 1
    await uow.session.flush()
