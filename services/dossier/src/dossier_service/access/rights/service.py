"""The use case behind the rights page."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork

from dossier_service.access import domain as law
from dossier_service.access.rights import repository
from dossier_service.access.rights.repository import RightsRow
from dossier_service.access.service import standing_in
from dossier_service.edge.refusals import require


async def rights_of(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> tuple[law.Standing, Sequence[RightsRow]]:
    """Everybody of the dossier, for its manager and team (A15), and for its holders (A2)."""
    standing = await standing_in(uow, account_id, dossier_id)
    require(law.why_not_see_rights(standing))
    return standing, await repository.rights_of(uow, dossier_id)
