"""Upserts and the one query of firms' looks: newest word wins, in whatever order the words come."""

from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from notifier_service.firms.domain import Look
from notifier_service.firms.tables import FirmBrand


async def keep_look(uow: UnitOfWork, firm_id: UUID, firm_name: str, look: Look, sequence: int) -> None:
    """Keeps the newest word on a firm."""
    values = {
        "firm_name": firm_name,
        "sender_name": look.sender_name,
        "reply_to": look.reply_to,
        "colour": look.colour,
        "logo": look.logo,
        "sequence": sequence,
    }
    statement = insert(FirmBrand).values(firm_id=firm_id, **values)
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["firm_id"],
            set_={name: getattr(statement.excluded, name) for name in values},
            where=col(FirmBrand.sequence) < statement.excluded.sequence,
        )
    )


async def firm(uow: UnitOfWork, firm_id: UUID) -> FirmBrand | None:
    """What is known of a firm."""
    return await uow.session.get(FirmBrand, firm_id)
