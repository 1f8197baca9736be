"""Use cases of the people area: the tree grows and changes under the dossier's lock, and the law of A7 and A5."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from event_contracts.firms import NoticeKind, NoticeLine
from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access import domain as law
from dossier_service.access.grants import repository as grants
from dossier_service.access.grants.service import OfferPolicy, move_offer
from dossier_service.access.grants.tables import Grant
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole, Relationship
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import optional_contact, required_contact
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms.events import firm_ref
from dossier_service.notices.service import tell_person

ADDRESSES = frozenset({"email", "phone"})
CONTACT = ADDRESSES | {"language"}


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
    require(law.why_not_add_person(standing, new.role))
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    return standing, await enter(uow, Actor.account(account_id), dossier, new, firm.language)


async def enter(uow: UnitOfWork, actor: Actor, dossier: Dossier, new: NewPerson, language: Language) -> Person:
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
    values = _different(person, change.values)
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
        await _contact_of_granted(uow, account_id, standing, dossier, person, grant, change, policy)
    return standing, person


async def _contact_of_granted(
    uow: UnitOfWork,
    account_id: UUID,
    standing: law.Standing,
    dossier: Dossier,
    person: Person,
    grant: Grant,
    change: PersonChange,
    policy: OfferPolicy,
) -> None:
    """An offered grant moves to the corrected address; an account's own address is its owner's to change (I9)."""
    required_contact(person.email, person.phone)
    if grant.state is law.GrantState.OFFERED:
        await move_offer(uow, account_id, standing, dossier, person, grant, change.contact_confirmed, policy)
    else:
        await _ask_owner(uow, standing, dossier, person, grant)


async def _ask_owner(uow: UnitOfWork, standing: law.Standing, dossier: Dossier, person: Person, grant: Grant) -> None:
    """The firm changed its own note only; whether the account's data should follow is its owner's to say (I9).

    The notice names no address: it must not carry what somebody typed to whom it may not concern.
    """
    assert standing.staff is not None  # only a manager gets here
    assert grant.account_id is not None  # an active grant belongs to an account
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    line = NoticeLine(
        kind=NoticeKind.CONTACT_DIFFERS,
        at=await uow.now(),
        dossier_id=dossier.id,
        dossier_name=dossier.name,
        offer_id=grant.id,
        person_name=f"{person.given_name} {person.family_name}",
        by=standing.staff.name,
    )
    await tell_person(uow, firm=firm_ref(firm), account_id=grant.account_id, line=line)


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


async def _locked(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[Dossier, law.Standing]:
    dossier = await dossiers.lock(uow, dossier_id)
    if dossier is None:
        raise unknown()
    return dossier, await standing_in(uow, account_id, dossier_id)


async def _known(uow: UnitOfWork, dossier_id: UUID, person_id: UUID) -> Person:
    person = await repository.person_in(uow, dossier_id, person_id)
    if person is None:
        raise unknown()
    return person


def _different(person: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    email, phone = optional_contact(values.get("email"), values.get("phone"))
    typed = dict(values)
    for name, value in (("email", email), ("phone", phone)):
        if name in typed:
            typed[name] = value
    return {name: value for name, value in typed.items() if getattr(person, name) != value}


async def _apply(uow: UnitOfWork, person: Person, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(person, name, value)
    with uow.session.no_autoflush:
        await _check_place(uow, person)
    person.version += 1
    await uow.session.flush()


async def _check_place(uow: UnitOfWork, person: Person) -> None:
    """Family members say what they are to whom; a central role is free; whom they relate to is in the same tree."""
    if person.role is PersonRole.FAMILY and person.relationship is None:
        raise _wrong("relationship", "relationship_missing", "A family member has a relationship.")
    if person.role is PersonRole.HOLDER and person.relationship is not None:
        raise _wrong("relationship", "relationship_of_holder", "Relationships are counted from the holder.")
    if person.related_to is not None:
        other = await repository.person_in(uow, person.dossier_id, person.related_to)
        if other is None or other.id == person.id:
            raise _wrong("related_to", "related_to_unknown", "This is nobody else of the tree.")
    if person.role in CENTRAL_ROLES and await repository.role_taken(uow, person.dossier_id, person.role, but=person.id):
        raise Conflict("role_taken", f"The dossier has a {person.role} already.")


def _wrong(field: str, code: str, detail: str) -> Invalid:
    return Invalid(code, detail, fields=(FieldError(field, code, detail),))


async def _write_down(
    uow: UnitOfWork, actor: Actor, dossier: Dossier, action: str, person: Person, details: Mapping[str, object]
) -> None:
    fact = Fact(action, dossier.firm_id, "person", person.id, "A7", dossier.id, details=details)
    journal.add(uow, actor, fact, await uow.now())
