"""Use cases of the advisers area: the manager alone registers, changes and removes them, under the dossier's lock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.ids import new_id

from dossier_service.access import domain as law
from dossier_service.access.grants import repository as grants
from dossier_service.access.grants.moving import follow_contact_data
from dossier_service.access.grants.service import OfferPolicy, entered
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import standing_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.domain import AdviserKind, EnteredBy, PersonRole
from dossier_service.dossiers.people.service import ADDRESSES, different
from dossier_service.dossiers.people.tables import Person
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.contact import optional_contact
from dossier_service.edge.refusals import require, unknown


@dataclass(frozen=True, slots=True)
class NewAdviser:
    """An adviser to register, as typed; no language means the firm's."""

    kind: AdviserKind
    given_name: str
    family_name: str
    organisation: str | None
    email: str | None
    phone: str | None
    language: Language | None


@dataclass(frozen=True, slots=True)
class AdviserChange:
    """The fields to change, and whether changed contact data were checked with the adviser (A3)."""

    values: Mapping[str, Any]
    contact_confirmed: bool = False


async def advisers_of(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[law.Standing, Sequence[Person]]:
    """The registered advisers, in the order they were entered."""
    standing = await standing_in(uow, account_id, dossier_id)
    require(law.why_not_see_advisers(standing))
    return standing, await people.with_roles(uow, dossier_id, [PersonRole.ADVISER])


async def register(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, new: NewAdviser) -> Person:
    """Registers an adviser in this dossier only; access is given separately, and nobody is invited by this (A6)."""
    dossier = await _registrar(uow, account_id, dossier_id)
    _, firm, _ = await dossiers.cover(uow, dossier.id)
    email, phone = optional_contact(new.email, new.phone)
    adviser = Person(
        id=new_id(),
        dossier_id=dossier.id,
        role=PersonRole.ADVISER,
        adviser_kind=new.kind,
        organisation=new.organisation,
        given_name=new.given_name,
        family_name=new.family_name,
        email=email,
        phone=phone,
        language=new.language or firm.language,
        entered_by=EnteredBy.STAFF,
        created_at=await uow.now(),
    )
    uow.session.add(adviser)
    await uow.session.flush()
    await _write_down(uow, account_id, dossier, "adviser_registered", adviser, {"kind": adviser.adviser_kind})
    return adviser


async def change(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    person_id: UUID,
    wanted: AdviserChange,
    check_version: Callable[[int], None],
    policy: OfferPolicy,
) -> Person:
    """Changes an adviser; a corrected address moves an offer that waits, an account's owner is asked (I9)."""
    dossier, standing = await entered(uow, account_id, dossier_id)
    require(law.why_not_register_adviser(standing))
    adviser = await _known(uow, dossier, person_id)
    check_version(adviser.version)
    values = different(adviser, wanted.values)
    if not values:
        return adviser
    for name, value in values.items():
        setattr(adviser, name, value)
    adviser.version += 1
    await uow.session.flush()
    details = {"fields": ",".join(sorted(values)), "kind": adviser.adviser_kind}
    await _write_down(uow, account_id, dossier, "adviser_changed", adviser, details)
    grant = await grants.lock_live_of_person(uow, adviser.id)
    if grant is not None and ADDRESSES & values.keys():
        confirmed = wanted.contact_confirmed
        await follow_contact_data(uow, account_id, standing, dossier, adviser, grant, confirmed, policy)
    return adviser


async def remove(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID) -> None:
    """Takes an adviser without a live grant out of the dossier; the row stays for the journal."""
    dossier = await _registrar(uow, account_id, dossier_id)
    adviser = await _known(uow, dossier, person_id)
    grant = await grants.lock_live_of_person(uow, adviser.id)
    require(law.why_not_remove_adviser(granted=grant is not None))
    adviser.removed_at = await uow.now()
    adviser.version += 1
    await uow.session.flush()
    await _write_down(uow, account_id, dossier, "adviser_removed", adviser, {"kind": adviser.adviser_kind})


async def _registrar(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> Dossier:
    dossier, standing = await entered(uow, account_id, dossier_id)
    require(law.why_not_register_adviser(standing))
    return dossier


async def _known(uow: UnitOfWork, dossier: Dossier, person_id: UUID) -> Person:
    """An adviser of this dossier: one of another is unknown here (A6), and so is somebody of the tree."""
    adviser = await people.person_in(uow, dossier.id, person_id)
    if adviser is None or adviser.role != PersonRole.ADVISER:
        raise unknown()
    return adviser


async def _write_down(
    uow: UnitOfWork, account_id: UUID, dossier: Dossier, action: str, adviser: Person, details: Mapping[str, object]
) -> None:
    fact = Fact(action, dossier.firm_id, "person", adviser.id, "A6", dossier.id, details=details)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
