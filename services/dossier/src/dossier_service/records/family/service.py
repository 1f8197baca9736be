"""Use cases of the family structure: the tree itself is changed person by person, what is beside it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access.domain import Action, Decision, Section, Standing
from dossier_service.access.service import allowed_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.refusals import unknown
from dossier_service.records import repository
from dossier_service.records.domain import Change, MaritalStatus, MatrimonialRegime
from dossier_service.records.service import CheckVersion, keep_version
from dossier_service.records.tables import FAMILY_STRUCTURE, FamilyStructure, RecordVersion

UNWRITTEN = 0
"""The version of a family structure that nobody has written yet."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is noted about a family beside its tree."""

    marital_status: MaritalStatus | None = None
    matrimonial_regime: MatrimonialRegime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """The family structure section: the tree, and what is noted beside it."""

    people: Sequence[Person]
    notes: Notes
    version: int
    for_staff: bool


async def read(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> Family:
    """The section as it stands."""
    standing, _ = await allowed_in(uow, account_id, dossier_id, Section.FAMILY_STRUCTURE, Action.READ)
    return await _family(uow, standing, await repository.family_structure(uow, dossier_id))


async def write(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, notes: Notes, check_version: CheckVersion
) -> Family:
    """Replaces what is noted about the family."""
    if await dossiers.lock(uow, dossier_id) is None:
        raise unknown()
    standing, decision = await allowed_in(uow, account_id, dossier_id, Section.FAMILY_STRUCTURE, Action.WRITE)
    structure = await repository.family_structure(uow, dossier_id)
    check_version(structure.version if structure else UNWRITTEN)
    change = Change.WRITTEN if structure else Change.ADDED
    at = await uow.now()
    if structure is None:
        structure = FamilyStructure(dossier_id=dossier_id, version=UNWRITTEN, changed_at=at)
        uow.session.add(structure)
    structure.marital_status = notes.marital_status
    structure.matrimonial_regime = notes.matrimonial_regime
    structure.note = notes.note
    structure.version += 1
    structure.changed_at = at
    await uow.session.flush()
    version = _version(standing, decision, structure, change)
    await keep_version(uow, standing, decision, version, subject_kind="dossier")
    return await _family(uow, standing, structure)


async def history(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, before: int | None, limit: int
) -> tuple[Standing, Sequence[RecordVersion]]:
    """What was noted about the family before, newest first."""
    standing, _ = await allowed_in(uow, account_id, dossier_id, Section.FAMILY_STRUCTURE, Action.READ)
    found = await repository.versions(uow, dossier_id, FAMILY_STRUCTURE, None, dossier_id, before, limit)
    return standing, found


def _version(standing: Standing, decision: Decision, structure: FamilyStructure, change: Change) -> RecordVersion:
    return RecordVersion(
        record_id=structure.dossier_id,
        version=structure.version,
        dossier_id=structure.dossier_id,
        kind=FAMILY_STRUCTURE,
        at=structure.changed_at,
        account_id=standing.account_id,
        party=decision.party,
        change=change,
        content={
            "marital_status": structure.marital_status,
            "matrimonial_regime": structure.matrimonial_regime,
            "note": structure.note,
        },
    )


async def _family(uow: UnitOfWork, standing: Standing, structure: FamilyStructure | None) -> Family:
    notes = Notes()
    if structure is not None:
        notes = Notes(structure.marital_status, structure.matrimonial_regime, structure.note)
    return Family(
        people=await people.tree(uow, standing.dossier_id),
        notes=notes,
        version=structure.version if structure else UNWRITTEN,
        for_staff=standing.is_staff,
    )
