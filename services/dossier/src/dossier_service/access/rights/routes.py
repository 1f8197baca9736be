"""HTTP of the rights page."""

from uuid import UUID

from service_kit.db import UoW
from service_kit.http.problems import problem_responses

from dossier_service.access.rights import service
from dossier_service.access.rights.page import RightsPage
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS
from dossier_service.edge.routing import router as make_router

router = make_router("rights")


@router.get("/dossiers/{dossier_id}/rights", responses=problem_responses(*READS))
async def rights_page(dossier_id: UUID, caller: SignedIn, uow: UoW) -> RightsPage:
    """The tree, advisers and contacts: right, grant, invitation, last mail, next reminder (A15).

    Holders see everybody's right and who gave it (A12), and contact data and mails of family members only.
    """
    standing, rows = await service.rights_of(uow, caller.account_id, dossier_id)
    return RightsPage.of(dossier_id, rows, standing)
