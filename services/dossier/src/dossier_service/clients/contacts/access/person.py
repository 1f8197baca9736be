"""The contact as a person of dossiers: entered with the first access, and saying what the contact's entry says."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.clients.contacts.domain import names_of, sign_in_number
from dossier_service.clients.contacts.tables import Contact
from dossier_service.dossiers.people.domain import EnteredBy, PersonRole
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier

_ADDRESSES = frozenset({"email", "phone"})


def as_person(contact: Contact, language: Language) -> dict[str, Any]:
    """The contact as a person of a dossier; `language` is for one whose own is not known (M1)."""
    given_name, family_name = names_of(contact.name)
    return {
        "given_name": given_name,
        "family_name": family_name,
        "email": contact.email,
        "phone": sign_in_number(contact.mobile, contact.phone),
        "language": contact.language or language,
    }


async def enter(uow: UnitOfWork, account_id: UUID, dossier: Dossier, contact: Contact, language: Language) -> Person:
    """The contact becomes a person of a locked dossier, always in the role `client` (A9); no right comes with it."""
    person = Person(
        id=new_id(),
        dossier_id=dossier.id,
        role=PersonRole.CLIENT,
        contact_id=contact.id,
        entered_by=EnteredBy.STAFF,
        created_at=await uow.now(),
        **as_person(contact, language),
    )
    uow.session.add(person)
    await uow.session.flush()
    await write_down(uow, account_id, dossier, "person_added", person, {"role": person.role})
    return person


async def refresh(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, person: Person, contact: Contact, language: Language
) -> Collection[str]:
    """The person says what the contact says; tells which fields changed."""
    values = as_person(contact, language)
    changed = {name: value for name, value in values.items() if getattr(person, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(person, name, value)
        person.version += 1
        await uow.session.flush()
        details = {"fields": ",".join(sorted(changed)), "role": person.role}
        await write_down(uow, account_id, dossier, "person_changed", person, details)
    return changed.keys()


def concerns_access(changed: Collection[str]) -> bool:
    """Whether what changed is where the person is reached."""
    return bool(_ADDRESSES.intersection(changed))


async def write_down(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, action: str, person: Person, details: Mapping[str, object]
) -> None:
    """One entry about the person the contact is in a dossier."""
    fact = Fact(action, dossier.firm_id, "person", person.id, "K1", dossier.id, details=details)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
