"""Use cases of the people area: the tree grows and changes under the dossier's lock, and the law of A7 and A5."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access import domain as law
from dossier_service.access.grants import repository as grants
from dossier_service.access.grants.events import offer_resumed, offer_suspended
from dossier_service.access.grants.moving import follow_contact_data
from dossier_service.access.grants.service import OfferPolicy, managed
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository
from dossier_service.dossiers.people.domain import (
    CENTRAL_ROLES,
    TREE_ROLES,
    EnteredBy,
    PersonRole,
    Relationship,
    Relative,
    latest_day,
    why_misplaced,
    why_two_couples,
)
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import optional_contact
from dossier_service.edge.refusals import require, unknown

ADDRESSES = frozenset({"email", "phone"})
CONTACT = ADDRESSES | {"language"}
PLACE = frozenset({"role", "relationship", "related_to"})


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to enter into a tree, as typed; no language means the firm's."""

    role: PersonRole
    given_name: str
    family_name: str
    relationship: Relationship | None = None
    related_to: UUID | None = None
    email: str | None = None
    phone: str | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """The fields to change, and whether changed contact data were checked with the person (A3)."""

    values: Mapping[str, Any]
    contact_confirmed: bool = False


async def add_person(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, new: NewPerson
) -> tuple[law.Standing, Person]:
    """Enters somebody into the tree, without any right: a right is granted separately."""
    dossier, standing = await _locked(uow, account_id, dossier_id)
    given = new.email is not None or new.phone is not None or new.language is not None
    require(law.why_not_add_person(standing, new.role, contact_given=given))
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    return standing, await enter(uow, Actor.account(account_id), dossier, new, firm.language, law.entered_by(standing))


async def enter(
    uow: UnitOfWork,
    actor: Actor,
    dossier: Dossier,
    new: NewPerson,
    language: Language,
    entered_by: EnteredBy = EnteredBy.STAFF,
) -> Person:
    """Enters a person into a locked dossier for somebody who may."""
    email, phone = optional_contact(new.email, new.phone)
    person = Person(
        id=new_id(),
        dossier_id=dossier.id,
        role=new.role,
        relationship=new.relationship,
        related_to=new.related_to,
        given_name=new.given_name,
        family_name=new.family_name,
        email=email,
        phone=phone,
        language=new.language or language,
        entered_by=entered_by,
        created_at=await uow.now(),
    )
    await _check_place(uow, person)
    uow.session.add(person)
    await uow.session.flush()
    await _write_down(uow, actor, dossier, "person_added", person, {"role": person.role})
    return person


async def change_person(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    person_id: UUID,
    change: PersonChange,
    check_version: Callable[[int], None],
    policy: OfferPolicy,
) -> tuple[law.Standing, Person]:
    """Changes a person. Of one who holds a grant, role and contact data are the manager's (A7); an offer moves (A5)."""
    dossier, standing = await _locked(uow, account_id, dossier_id)
    person = await _known(uow, dossier_id, person_id)
    grant = await grants.lock_live_of_person(uow, person.id)
    values = different(person, change.values)
    require(
        law.why_not_change_person(
            standing,
            granted=grant is not None,
            role=person.role,
            new_role=values.get("role", person.role),
            contact_changes=bool(CONTACT & values.keys()),
        )
    )
    check_version(person.version)
    if not values:
        return standing, person
    old_role = person.role
    await _apply(uow, person, values)
    details = {"fields": ",".join(sorted(values)), "previous_role": old_role, "role": person.role}
    await _write_down(uow, Actor.account(account_id), dossier, "person_changed", person, details)
    if grant is not None and ADDRESSES & values.keys():
        confirmed = change.contact_confirmed
        await follow_contact_data(uow, account_id, standing, dossier, person, grant, confirmed, policy)
    return standing, person


async def remove_person(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID) -> None:
    """Takes a person without a grant out of the tree; the row stays for the journal."""
    dossier, standing = await _locked(uow, account_id, dossier_id)
    person = await _known(uow, dossier_id, person_id)
    grant = await grants.lock_live_of_person(uow, person.id)
    require(law.why_not_remove_person(standing, granted=grant is not None, role=person.role))
    if await repository.has_dependants(uow, dossier.id, person.id):
        raise Conflict("person_has_relations", "Others in the tree are entered as related to this person.")
    person.removed_at = await uow.now()
    person.version += 1
    await uow.session.flush()
    await _write_down(uow, Actor.account(account_id), dossier, "person_removed", person, {"role": person.role})


async def record_death(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID, deceased_on: date
) -> tuple[law.Standing, Person]:
    """Notes that a person of the tree died: the grant stays (A5), opens nothing, and nothing is mailed about it."""
    dossier, standing = await managed(uow, account_id, dossier_id)
    person = await _known(uow, dossier_id, person_id)
    if deceased_on > latest_day(await uow.now()):
        detail = "Nobody's death is recorded before it happened."
        raise Invalid("date_in_future", detail, fields=(FieldError("deceased_on", "date_in_future", detail),))
    if person.deceased_on != deceased_on:
        is_news, person.deceased_on = person.deceased_on is None, deceased_on
        await _note_death(uow, account_id, dossier, person, "death_recorded")
        if is_news and (grant := await _waiting_offer(uow, dossier, person)) is not None:
            uow.outbox.add(offer_suspended(grant))
    return standing, person


async def take_death_back(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID
) -> tuple[law.Standing, Person]:
    """It was a mistake: the grant counts again, and an offer waits again unless the dossier is closed."""
    dossier, standing = await managed(uow, account_id, dossier_id)
    person = await _known(uow, dossier_id, person_id)
    if person.deceased_on is not None:
        person.deceased_on = None
        with uow.session.no_autoflush:
            others = [_relative(other) for other in await repository.tree(uow, dossier.id)]
        if (wrong := why_two_couples(_relative(person), others)) is not None:
            raise Conflict(wrong.code, wrong.detail)
        await _note_death(uow, account_id, dossier, person, "death_taken_back")
        if (grant := await _waiting_offer(uow, dossier, person)) is not None:
            uow.outbox.add(offer_resumed(grant))
    return standing, person


async def _note_death(uow: UnitOfWork, account_id: UUID, dossier: Dossier, person: Person, action: str) -> None:
    person.version += 1
    await uow.session.flush()
    await _write_down(uow, Actor.account(account_id), dossier, action, person, {"role": person.role}, rule="A5")


async def _waiting_offer(uow: UnitOfWork, dossier: Dossier, person: Person) -> Grant | None:
    """The person's offered grant, which the death alone suspends: on a closed dossier it is suspended anyway."""
    grant = await grants.lock_live_of_person(uow, person.id)
    waits = grant is not None and grant.state is law.GrantState.OFFERED and dossier.closed_access is None
    return grant if waits else None


async def _locked(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[Dossier, law.Standing]:
    dossier = await dossiers.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    return dossier, await standing_in(uow, account_id, dossier_id)


async def _known(uow: UnitOfWork, dossier_id: UUID, person_id: UUID) -> Person:
    person = await repository.person_in(uow, dossier_id, person_id)
    if person is None or person.role not in TREE_ROLES:
        raise unknown()
    return person


def different(person: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the typed values, normalised, that differ from what is kept."""
    email, phone = optional_contact(values.get("email"), values.get("phone"))
    typed = dict(values)
    for name, value in (("email", email), ("phone", phone)):
        if name in typed:
            typed[name] = value
    return {name: value for name, value in typed.items() if getattr(person, name) != value}


async def _apply(uow: UnitOfWork, person: Person, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(person, name, value)
    if PLACE & values.keys():
        with uow.session.no_autoflush:
            await _check_place(uow, person)
    person.version += 1
    await uow.session.flush()


async def _check_place(uow: UnitOfWork, person: Person) -> None:
    """Nothing in the tree contradicts the person's place in it, and a central role is free."""
    others = [_relative(other) for other in await repository.tree(uow, person.dossier_id) if other.id != person.id]
    if (wrong := why_misplaced(_relative(person), others)) is not None:
        raise Invalid(wrong.code, wrong.detail, fields=(FieldError(wrong.field, wrong.code, wrong.detail),))
    if person.role in CENTRAL_ROLES and any(other.role == person.role for other in others):
        raise Conflict("role_taken", f"The dossier has a {person.role} already.")


def _relative(person: Person) -> Relative:
    return Relative(
        person.id, PersonRole(person.role), person.relationship, person.related_to, person.deceased_on is not None
    )


async def _write_down(
    uow: UnitOfWork,
    actor: Actor,
    dossier: Dossier,
    action: str,
    person: Person,
    details: Mapping[str, object],
    rule: str = "A7",
) -> None:
    fact = Fact(action, dossier.firm_id, "person", person.id, rule, dossier.id, details=details)
    journal.add(uow, actor, fact, await uow.now())
