"""Use cases of firms' looks: how a firm's mails look at this moment."""

from uuid import UUID

from service_kit.db import UnitOfWork

from notifier_service.firms import repository
from notifier_service.firms.domain import Look


async def look_of_firm(uow: UnitOfWork, firm_id: UUID, firm_name: str) -> Look:
    """The firm's look; before dossier has told of it, the platform's with the firm's name."""
    known = await repository.firm(uow, firm_id)
    if known is None:
        return Look(sender_name=firm_name)
    return Look(known.sender_name, known.reply_to, known.colour, known.logo)
