"""Use cases of the records area: every read and every edit passes the decision of A7, every edit is journaled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access.domain import Action, Party, Section, Standing
from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.access.service import allowed_in
from dossier_service.dossiers import repository as dossiers
from dossier_service.dossiers.people import repository as people
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.refusals import unknown
from dossier_service.records import repository
from dossier_service.records.domain import AssetKind, MaritalStatus, MatrimonialRegime
from dossier_service.records.tables import Asset, FamilyStructure

UNWRITTEN = 0
"""The version of a family structure that nobody has written yet."""


@dataclass(frozen=True, slots=True)
class Family:
    """The family structure section: the tree, and what is noted beside it."""

    people: Sequence[Person]
    marital_status: MaritalStatus | None
    matrimonial_regime: MatrimonialRegime | None
    note: str
    version: int
    for_staff: bool


@dataclass(frozen=True, slots=True)
class AssetContent:
    """What is kept of an asset."""

    kind: AssetKind
    description: str
    amount: Decimal
    currency: str
    owner_id: UUID | None


async def read_family(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> Family:
    """The section as it stands."""
    standing, _ = await allowed_in(uow, account_id, dossier_id, Section.FAMILY_STRUCTURE, Action.READ)
    return await _family(uow, standing, await repository.family_structure(uow, dossier_id))


async def write_family(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    marital_status: MaritalStatus | None,
    matrimonial_regime: MatrimonialRegime | None,
    note: str,
    check_version: Callable[[int], None],
) -> Family:
    """Replaces what is noted about the family; the tree itself is changed person by person."""
    if await dossiers.lock(uow, dossier_id) is None:
        raise unknown()
    standing, _ = await allowed_in(uow, account_id, dossier_id, Section.FAMILY_STRUCTURE, Action.WRITE)
    structure = await repository.family_structure(uow, dossier_id)
    check_version(structure.version if structure else UNWRITTEN)
    at = await uow.now()
    if structure is None:
        structure = FamilyStructure(dossier_id=dossier_id, version=UNWRITTEN, changed_at=at)
        uow.session.add(structure)
    structure.marital_status = marital_status
    structure.matrimonial_regime = matrimonial_regime
    structure.note = note
    structure.version += 1
    structure.changed_at = at
    await uow.session.flush()
    await _write_down(uow, standing, "family_structure_written", "dossier", dossier_id)
    return await _family(uow, standing, structure)


async def _family(uow: UnitOfWork, standing: Standing, structure: FamilyStructure | None) -> Family:
    return Family(
        people=await people.tree(uow, standing.dossier_id),
        marital_status=structure.marital_status if structure else None,
        matrimonial_regime=structure.matrimonial_regime if structure else None,
        note=structure.note if structure else "",
        version=structure.version if structure else UNWRITTEN,
        for_staff=standing.party in {Party.MANAGER, Party.TEAM},
    )


async def read_assets(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, after: UUID | None, limit: int
) -> Sequence[Asset]:
    """A page of the asset inventory."""
    await allowed_in(uow, account_id, dossier_id, Section.ASSET_INVENTORY, Action.READ)
    return await repository.assets(uow, dossier_id, after, limit)


async def add_asset(uow: UnitOfWork, account_id: UUID, dossier_id: UUID, content: AssetContent) -> Asset:
    """Writes a new asset into the inventory."""
    standing, _ = await allowed_in(uow, account_id, dossier_id, Section.ASSET_INVENTORY, Action.WRITE)
    await _check_owner(uow, dossier_id, content)
    at = await uow.now()
    asset = Asset(
        id=new_id(),
        dossier_id=dossier_id,
        kind=content.kind,
        description=content.description,
        amount=content.amount,
        currency=content.currency,
        owner_id=content.owner_id,
        created_at=at,
        changed_at=at,
    )
    uow.session.add(asset)
    await uow.session.flush()
    await _write_down(uow, standing, "asset_added", "asset", asset.id)
    return asset


async def write_asset(
    uow: UnitOfWork,
    account_id: UUID,
    dossier_id: UUID,
    asset_id: UUID,
    content: AssetContent,
    check_version: Callable[[int], None],
) -> Asset:
    """Replaces an asset."""
    standing, asset = await _asset_to_write(uow, account_id, dossier_id, asset_id)
    check_version(asset.version)
    await _check_owner(uow, dossier_id, content)
    asset.kind = content.kind
    asset.description = content.description
    asset.amount = content.amount
    asset.currency = content.currency
    asset.owner_id = content.owner_id
    asset.version += 1
    asset.changed_at = await uow.now()
    await uow.session.flush()
    await _write_down(uow, standing, "asset_written", "asset", asset.id)
    return asset


async def remove_asset(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, asset_id: UUID, check_version: Callable[[int], None]
) -> None:
    """Takes an asset out of the inventory."""
    standing, asset = await _asset_to_write(uow, account_id, dossier_id, asset_id)
    check_version(asset.version)
    await uow.session.delete(asset)
    await uow.session.flush()
    await _write_down(uow, standing, "asset_removed", "asset", asset_id)


async def _asset_to_write(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, asset_id: UUID
) -> tuple[Standing, Asset]:
    standing, _ = await allowed_in(uow, account_id, dossier_id, Section.ASSET_INVENTORY, Action.WRITE)
    asset = await repository.lock_asset(uow, dossier_id, asset_id)
    if asset is None:
        raise unknown()
    return standing, asset


async def _check_owner(uow: UnitOfWork, dossier_id: UUID, content: AssetContent) -> None:
    if content.owner_id is not None and await people.person_in(uow, dossier_id, content.owner_id) is None:
        detail = "The owner is nobody of this dossier's tree."
        raise Invalid("owner_unknown", detail, fields=(FieldError("owner_id", "owner_unknown", detail),))


async def _write_down(uow: UnitOfWork, standing: Standing, action: str, kind: str, subject_id: UUID) -> None:
    grant = standing.active_grant
    details = {"party": standing.party, "grant": grant.grant_id if grant else None}
    fact = Fact(action, standing.firm_id, kind, subject_id, "A7", standing.dossier_id, details=details)
    journal.add(uow, Actor.account(standing.account_id), fact, await uow.now())
