"""The use case behind a dossier's journal."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.journal import repository
from dossier_service.access.journal.tables import JournalEntry
from dossier_service.access.service import standing_in
from dossier_service.edge.refusals import require


async def page(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, before: UUID | None, limit: int
) -> Sequence[JournalEntry]:
    """What happened on a dossier, newest first, for its manager and team (A11)."""
    require(law.why_not_see_rights(await standing_in(uow, account_id, dossier_id)))
    return await repository.page(uow, dossier_id, before, limit)
