"""Queries of the client record's personal part."""

from collections.abc import Mapping
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from dossier_service.records.client_record.tables import PersonRecord


async def of_dossier(uow: UnitOfWork, dossier_id: UUID) -> Mapping[UUID, PersonRecord]:
    """The personal records of a dossier, by person; fresh."""
    query = select(PersonRecord).where(col(PersonRecord.dossier_id) == dossier_id)
    rows = await uow.session.execute(query.execution_options(populate_existing=True))
    return {record.person_id: record for record in rows.scalars()}


async def of_person(uow: UnitOfWork, person_id: UUID) -> PersonRecord | None:
    """What is noted of a person, if anything; fresh."""
    query = select(PersonRecord).where(col(PersonRecord.person_id) == person_id)
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
