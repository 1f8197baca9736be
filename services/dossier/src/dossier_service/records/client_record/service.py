"""Use cases of the client record: the client's own and everybody's personal one, each as far as it is the caller's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from event_contracts.people import Right
from service_kit.db import UnitOfWork
from service_kit.errors import Forbidden, Invalid
from service_kit.people import normalise_phone

from dossier_service.access.domain import Action, Decision, Section, Standing
from dossier_service.access.service import allowed_in
from dossier_service.clients import repository as clients
from dossier_service.clients.domain import FOR_STAFF
from dossier_service.clients.service import Editor, edit
from dossier_service.clients.tables import Client, ClientVersion
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.domain import TREE_ROLES, latest_day
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.refusals import unknown
from dossier_service.records import repository as records
from dossier_service.records.client_record import repository
from dossier_service.records.client_record.domain import (
    RULE,
    ClientFacts,
    Reach,
    reach_of,
    refusal_to_write,
    why_not_born,
)
from dossier_service.records.client_record.tables import KIND, PersonRecord
from dossier_service.records.domain import Change
from dossier_service.records.service import CheckVersion, keep_version
from dossier_service.records.tables import RecordVersion


@dataclass(frozen=True, slots=True)
class Personal:
    """What is noted of a person, as typed. There is no address or number here that signs anybody in (A7)."""

    birth_date: date | None = None
    birth_place: str | None = None
    nationality: str | None = None
    postal_address: Mapping[str, Any] | None = None
    mobile: str | None = None
    profession: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody of the tree, and what is noted of them, if anything is."""

    person: Person
    record: PersonRecord | None


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """The section as far as it is the caller's; `client` is empty when the client's own record is not."""

    client: Client | None
    people: Sequence[PersonEntry]
    for_staff: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the caller stands, by what they may, the dossier's client, and how far the section goes for them."""

    standing: Standing
    decision: Decision
    client: Client
    reach: Reach


async def read(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> ClientRecord:
    """The section as it stands."""
    place = await _place(uow, account_id, dossier_id, Action.READ)
    noted = await repository.of_dossier(uow, dossier_id)
    tree = await people.tree(uow, dossier_id)
    shown = [PersonEntry(one, noted.get(one.id)) for one in tree if place.reach.of_person(one.id)]
    return ClientRecord(place.client if place.reach.client else None, shown, place.standing.is_staff)


async def change_client(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    values: Mapping[str, Any],
    check_version: CheckVersion,
) -> tuple[Client, bool]:
    """Changes fields of the client's record: what is the caller's to write, and nothing else of it (A7)."""
    place = await _place(uow, account_id, dossier_id, Action.WRITE)
    standing = place.standing

    def require_allowed(client: Client, fields: Collection[str]) -> None:
        # Asked again of the locked client: its branch may have changed meanwhile.
        reach = reach_of(standing, _facts(client))
        # What they cannot see is refused even when it would change nothing: the answer would tell what it is (A13).
        if (refusal := refusal_to_write(reach, {*fields, *(FOR_STAFF & values.keys())})) is not None:
            raise refusal

    membership_id = standing.staff.membership_id if standing.is_staff and standing.staff else None
    editor = Editor(account_id, membership_id, dossier_id, place.decision.party)
    return await edit(uow, editor, place.client, values, require_allowed, check_version), standing.is_staff


async def client_history(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, before: int | None, limit: int
) -> tuple[bool, Sequence[ClientVersion]]:
    """The versions of the client's record, newest first, and whether they are shown to staff."""
    place = await _place(uow, account_id, dossier_id, Action.READ)
    if not place.reach.client:
        raise unknown()
    versions = await clients.versions(uow, place.client.id, before, limit, place.reach.branches)
    return place.standing.is_staff, versions


async def read_person(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID) -> PersonEntry:
    """What is noted of one person."""
    await _of_person(uow, account_id, dossier_id, person_id, Action.READ)
    return PersonEntry(await _known(uow, dossier_id, person_id), await repository.of_person(uow, person_id))


async def write_person(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    person_id: UUID,
    personal: Personal,
    check_version: CheckVersion,
) -> PersonEntry:
    """Replaces what is noted of a person, under the dossier's lock: of two first notes one is refused."""
    if await dossiers.lock(uow, dossier_id) is None:
        raise unknown()
    place = await _of_person(uow, account_id, dossier_id, person_id, Action.WRITE)
    person = await _known(uow, dossier_id, person_id)
    if place.reach.of_person(person_id) is not Right.WRITE:
        raise Forbidden("not_allowed", "This right does not write the personal record of this person.", rule=RULE)
    record = await repository.of_person(uow, person_id)
    check_version(record.version if record else 0)
    at = await uow.now()
    values = _checked(personal, latest_day(at))
    change = Change.WRITTEN if record else Change.ADDED
    if record is None:
        record = PersonRecord(person_id=person_id, dossier_id=dossier_id, changed_at=at)
        uow.session.add(record)
    for name, value in values.items():
        setattr(record, name, value)
    record.version += 1
    record.changed_at = at
    await uow.session.flush()
    version = _version(place, record, change)
    await keep_version(uow, place.standing, place.decision, version, subject_kind="person")
    return PersonEntry(person, record)


async def person_history(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID, before: int | None, limit: int
) -> tuple[Standing, Sequence[RecordVersion]]:
    """The versions of a person's record, newest first."""
    place = await _of_person(uow, account_id, dossier_id, person_id, Action.READ)
    await _known(uow, dossier_id, person_id)
    return place.standing, await records.versions(uow, dossier_id, KIND, None, person_id, before, limit)


async def _place(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, action: Action) -> _Place:
    """Whoever reaches nothing of the section, such as a contact of another branch, knows of none (A9)."""
    standing, decision = await allowed_in(uow, account_id, dossier_id, Section.CLIENT_RECORD, action)
    client = await clients.client_of(uow, dossier_id)
    reach = reach_of(standing, _facts(client))
    if reach.is_nothing:
        raise unknown()
    return _Place(standing, decision, client, reach)


async def _of_person(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, person_id: UUID, action: Action) -> _Place:
    place = await _place(uow, account_id, dossier_id, action)
    if place.reach.of_person(person_id) is None:
        raise unknown()
    return place


async def _known(uow: UnitOfWork, dossier_id: UUID, person_id: UUID) -> Person:
    person = await people.person_in(uow, dossier_id, person_id)
    if person is None or person.role not in TREE_ROLES:
        raise unknown()
    return person


def _facts(client: Client) -> ClientFacts:
    return ClientFacts(client.kind, client.branch_id)


def _checked(personal: Personal, latest: date) -> dict[str, Any]:
    if wrong := why_not_born(personal.birth_date, latest):
        raise Invalid(wrong[0].code, wrong[0].detail, rule=RULE, fields=wrong)
    return {
        "birth_date": personal.birth_date,
        "birth_place": personal.birth_place,
        "nationality": personal.nationality,
        "postal_address": personal.postal_address,
        "mobile": None if personal.mobile is None else normalise_phone(personal.mobile, field="mobile"),
        "profession": personal.profession,
        "note": personal.note,
    }


def _version(place: _Place, record: PersonRecord, change: Change) -> RecordVersion:
    return RecordVersion(
        record_id=record.person_id,
        version=record.version,
        dossier_id=record.dossier_id,
        kind=KIND,
        at=record.changed_at,
        account_id=place.standing.account_id,
        party=place.decision.party,
        change=change,
        content={
            "birth_date": record.birth_date.isoformat() if record.birth_date else None,
            "birth_place": record.birth_place,
            "nationality": record.nationality,
            "postal_address": record.postal_address,
            "mobile": record.mobile,
            "profession": record.profession,
            "note": record.note,
        },
    )
