"""Use cases of the contacts area: staff who see a client keep its contacts (K1); contact data with a grant are A7's.

A change of a contact changes the person it is in dossiers, under those dossiers' locks.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service_kit.context import current_context
from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access import repository as access
from dossier_service.access.grants.moving import follow_contact_data
from dossier_service.access.grants.service import OfferPolicy
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.clients import repository as clients
from dossier_service.clients.contacts import domain, repository
from dossier_service.clients.contacts.access.person import concerns_access, refresh, write_down
from dossier_service.clients.contacts.tables import Contact
from dossier_service.clients.tables import Client
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms.service import member_of


@dataclass(frozen=True, slots=True)
class ContactChange:
    """The fields to change, and whether changed contact data were checked with the person (A3)."""

    values: Mapping[str, Any]
    contact_confirmed: bool = False


async def add(uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID, values: Mapping[str, Any]) -> Contact:
    """Keeps a new contact of a client company; nobody is invited by it (K1, C4)."""
    client = await _seen(uow, account_id, firm_id, client_id)
    require(domain.why_not_have_contacts(client.kind))
    contact = Contact(
        id=new_id(), firm_id=firm_id, client_id=client.id, created_at=await uow.now(), **_normalised(values)
    )
    uow.session.add(contact)
    await _write_down(uow, account_id, contact, "contact_added")
    return contact


async def page(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID, after: UUID | None, limit: int
) -> Sequence[Contact]:
    """The contacts of a client the caller sees (A14)."""
    client = await _seen(uow, account_id, firm_id, client_id)
    return await repository.page(uow, client.id, after, limit)


async def one(uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID, contact_id: UUID) -> Contact:
    """A contact of a client the caller sees."""
    client = await _seen(uow, account_id, firm_id, client_id)
    contact = await repository.contact_of(uow, client.id, contact_id)
    if contact is None:
        raise unknown()
    return contact


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    firm_id: UUID,
    client_id: UUID,
    contact_id: UUID,
    wanted: ContactChange,
    check_version: Callable[[int], None],
    policy: OfferPolicy,
) -> Contact:
    """Changes a contact; with a live grant the contact data are the manager's (A7), and what was offered moves (I9)."""
    client = await _seen(uow, account_id, firm_id, client_id)
    contact, places = await _locked(uow, client, contact_id)
    grants = await repository.lock_live_grants(uow, contact.id)
    typed = _normalised(wanted.values)
    values = {name: value for name, value in typed.items() if getattr(contact, name) != value}
    managed = await _managed(uow, account_id, {grant.dossier_id for grant in grants.values()})
    require(domain.why_not_change(values, managed))
    check_version(contact.version)
    if not values:
        return contact
    await apply(uow, account_id, contact, values)
    counted = False
    for person in await repository.people_of(uow, contact.id):
        dossier = places[person.dossier_id]
        changed = await refresh(uow, account_id, dossier, person, contact, client.language)
        grant = grants.get(person.id)
        if grant is not None and concerns_access(changed):
            standing = await standing_in(uow, account_id, dossier.id)
            confirmed = wanted.contact_confirmed
            moved = await follow_contact_data(
                uow, account_id, standing, dossier, person, grant, confirmed, policy, counted=counted
            )
            counted = counted or moved
    return contact


async def apply(uow: UnitOfWork, account_id: UUID, contact: Contact, values: Mapping[str, Any]) -> None:
    """Writes checked values into a locked contact's entry; the people it is in dossiers are the caller's to refresh."""
    for name, value in values.items():
        setattr(contact, name, value)
    contact.version += 1
    await _write_down(uow, account_id, contact, "contact_changed", {"fields": ",".join(sorted(values))})


async def remove(uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID, contact_id: UUID) -> None:
    """Takes a contact without a live grant off the list; rows stay for the journal and for old grants."""
    client = await _seen(uow, account_id, firm_id, client_id)
    contact, places = await _locked(uow, client, contact_id)
    grants = await repository.lock_live_grants(uow, contact.id)
    require(domain.why_not_remove(granted=bool(grants)))
    contact.removed_at = at = await uow.now()
    contact.version += 1
    for person in await repository.people_of(uow, contact.id):
        person.removed_at, person.version = at, person.version + 1
        dossier = places[person.dossier_id]
        await write_down(uow, account_id, dossier, "person_removed", person, {"role": person.role})
    await _write_down(uow, account_id, contact, "contact_removed")


async def _seen(uow: UnitOfWork, account_id: UUID, firm_id: UUID, client_id: UUID) -> Client:
    member = await member_of(uow, account_id, firm_id)
    client = await clients.visible_client(uow, firm_id, member.id, client_id)
    if client is None:
        raise unknown()
    return client


async def _locked(uow: UnitOfWork, client: Client, contact_id: UUID) -> tuple[Contact, Mapping[UUID, Dossier]]:
    """The contact and the dossiers in which it stands as somebody: these first, so that two requests never cross."""
    places = {}
    for dossier_id in await repository.dossiers_of(uow, client.id, contact_id):
        dossier = await dossiers.lock(uow, dossier_id)
        assert dossier is not None  # a person's dossier is never deleted
        places[dossier.id] = dossier
    contact = await repository.lock(uow, client.id, contact_id)
    if contact is None:
        raise unknown()
    if not places.keys() >= set(await repository.dossiers_of(uow, client.id, contact.id)):
        detail = "This contact was given access meanwhile: read it again."
        raise Conflict("contact_given_access", detail, rule="K2")
    return contact, places


async def _managed(uow: UnitOfWork, account_id: UUID, dossier_ids: Collection[UUID]) -> list[bool]:
    """Of each of these dossiers, whether the caller manages it."""
    address = current_context().client_address
    questions = [(account_id, dossier_id, address) for dossier_id in sorted(dossier_ids)]
    standings = await access.standings(uow, questions)
    return [question in standings and standings[question].is_manager for question in questions]


def _normalised(values: Mapping[str, Any]) -> dict[str, Any]:
    """Address and numbers in their one spelling; Invalid that names each wrong field."""
    normal = dict(values)
    errors: list[FieldError] = []
    for name, normalise in domain.NORMALISE.items():
        if normal.get(name) is not None:
            try:
                normal[name] = normalise(normal[name])
            except Invalid as error:
                errors.extend(error.fields)
    if errors:
        raise Invalid("contact_invalid", "E-mail and numbers must be right.", rule="K1", fields=tuple(errors))
    return normal


async def _write_down(
    uow: UnitOfWork, account_id: UUID, contact: Contact, action: str, details: Mapping[str, object] | None = None
) -> None:
    await uow.session.flush()
    every = {"client": contact.client_id, **(details or {})}
    fact = Fact(action, contact.firm_id, "contact", contact.id, "K1", details=every)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
