"""Queries of the firm settings area."""

from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from dossier_service.firms.settings.tables import FirmLogo


async def keep_logo(uow: UnitOfWork, firm_id: UUID, png: bytes) -> None:
    """Keeps the firm's one logo in place of the one before."""
    values = {"png": png, "changed_at": await uow.now()}
    statement = insert(FirmLogo).values(firm_id=firm_id, **values)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["firm_id"], set_=values))


async def drop_logo(uow: UnitOfWork, firm_id: UUID) -> bool:
    """Removes the logo; tells whether there was one."""
    dropped = await uow.session.execute(
        delete(FirmLogo).where(col(FirmLogo.firm_id) == firm_id).returning(col(FirmLogo.firm_id))
    )
    return dropped.first() is not None
