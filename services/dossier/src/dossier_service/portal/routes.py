"""HTTP of the portal area: for any member of a firm's staff, who then manages the dossier."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.portal import service
from dossier_service.portal.schemas import PortalIn, PortalOut
from dossier_service.sending.answers import PLANNED, DryRun, planned
from dossier_service.sending.service import plan

router = make_router("portals")


@router.post(
    "/firms/{firm_id}/portals",
    status_code=201,
    response_model=PortalOut,
    responses={**problem_responses(*WRITES, RateLimited), **PLANNED},
)
async def set_up_portal(
    firm_id: UUID, body: PortalIn, caller: SignedIn, uow: UoW, deps: DepsDep, dry_run: DryRun = False
) -> PortalOut | Response:
    """Sets up the portal of a new client: client, dossier, modules, people and invitations, all or nothing (P1).

    With `dry_run` the answer is the summary to review: what will be sent, to whom, by which user names.
    """
    portal = await service.set_up(uow, caller.account_id, firm_id, body.command(), deps.policy)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return PortalOut.of(portal)
