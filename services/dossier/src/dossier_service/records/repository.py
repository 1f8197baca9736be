"""Queries of the records area; rows to be edited are locked first."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from dossier_service.records.tables import Asset, FamilyStructure


async def family_structure(uow: UnitOfWork, dossier_id: UUID) -> FamilyStructure | None:
    """What is noted about the family, if anything."""
    query = select(FamilyStructure).where(col(FamilyStructure.dossier_id) == dossier_id)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def assets(uow: UnitOfWork, dossier_id: UUID, after: UUID | None, limit: int) -> Sequence[Asset]:
    """At most `limit` assets of a dossier, oldest first, after `after`."""
    query = select(Asset).where(col(Asset.dossier_id) == dossier_id)
    if after is not None:
        query = query.where(col(Asset.id) > after)
    return (await uow.session.execute(query.order_by(col(Asset.id)).limit(limit))).scalars().all()


async def lock_asset(uow: UnitOfWork, dossier_id: UUID, asset_id: UUID) -> Asset | None:
    """An asset of this dossier, locked and fresh."""
    query = select(Asset).where(col(Asset.id) == asset_id, col(Asset.dossier_id) == dossier_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()
