"""Queries of the records area; rows to be edited are locked first, and a limit to a branch holds in each (A9)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import ColumnElement
from sqlmodel import col, select

from dossier_service.records.domain import KindName
from dossier_service.records.tables import FamilyStructure, Record, RecordVersion


async def family_structure(uow: UnitOfWork, dossier_id: UUID) -> FamilyStructure | None:
    """What is noted about the family, if anything."""
    query = select(FamilyStructure).where(col(FamilyStructure.dossier_id) == dossier_id)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def page(
    uow: UnitOfWork, dossier_id: UUID, kind: KindName, branch_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[Record]:
    """At most `limit` records of a kind, oldest first, after `after`; of one branch only when it is given."""
    query = select(Record).where(*_of(dossier_id, kind, branch_id))
    if after is not None:
        query = query.where(col(Record.id) > after)
    return (await uow.session.execute(query.order_by(col(Record.id)).limit(limit))).scalars().all()


async def contents(
    uow: UnitOfWork, dossier_id: UUID, kinds: Collection[KindName], branch_id: UUID | None
) -> Sequence[tuple[KindName, Mapping[str, Any]]]:
    """The kind and content of every record of these kinds, for what is computed of all of them."""
    query = select(Record.kind, Record.content).where(col(Record.dossier_id) == dossier_id, col(Record.kind).in_(kinds))
    if branch_id is not None:
        query = query.where(col(Record.branch_id) == branch_id)
    return [(row[0], row[1]) for row in await uow.session.execute(query)]


async def record_in(
    uow: UnitOfWork,
    dossier_id: UUID,
    kind: KindName,
    branch_id: UUID | None,
    record_id: UUID,
    *,
    locked: bool = False,
) -> Record | None:
    """A record of this dossier and kind, fresh, and locked for whoever edits it."""
    query = select(Record).where(*_of(dossier_id, kind, branch_id), col(Record.id) == record_id)
    if locked:
        query = query.with_for_update()
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def record_of_key(
    uow: UnitOfWork, dossier_id: UUID, kind: KindName, key: str, *, but: UUID | None = None
) -> Record | None:
    """The record that has this key, another one than `but`."""
    query = select(Record).where(*_of(dossier_id, kind, None), col(Record.unique_key) == key)
    if but is not None:
        query = query.where(col(Record.id) != but)
    return (await uow.session.execute(query)).scalar_one_or_none()


def _of(dossier_id: UUID, kind: KindName, branch_id: UUID | None) -> list[ColumnElement[bool]]:
    wanted = [col(Record.dossier_id) == dossier_id, col(Record.kind) == kind]
    return wanted if branch_id is None else [*wanted, col(Record.branch_id) == branch_id]


async def versions(
    uow: UnitOfWork,
    dossier_id: UUID,
    kind: str,
    branch_id: UUID | None,
    record_id: UUID,
    before: int | None,
    limit: int,
) -> Sequence[RecordVersion]:
    """At most `limit` versions of a record, removed or not, newest first, older than `before`."""
    query = select(RecordVersion).where(
        col(RecordVersion.record_id) == record_id,
        col(RecordVersion.dossier_id) == dossier_id,
        col(RecordVersion.kind) == kind,
    )
    if branch_id is not None:
        query = query.where(col(RecordVersion.branch_id) == branch_id)
    if before is not None:
        query = query.where(col(RecordVersion.version) < before)
    return (await uow.session.execute(query.order_by(col(RecordVersion.version).desc()).limit(limit))).scalars().all()
