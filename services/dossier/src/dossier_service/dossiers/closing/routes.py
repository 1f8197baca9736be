"""HTTP of the closing area: for the dossier's manager."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.dossiers.closing import service
from dossier_service.dossiers.closing.schemas import ClosingIn, ReopeningIn
from dossier_service.dossiers.schemas import DossierOut
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("dossiers")


@router.post(
    "/dossiers/{dossier_id}/close", response_model=DossierOut | SendingPlan, responses=problem_responses(*WRITES)
)
async def close_dossier(
    dossier_id: UUID,
    body: ClosingIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    dry_run: DryRun = False,
) -> DossierOut | Response:
    """Closes the dossier: outside parties read it at most, or their access ends; holders go on reading (A5).

    Reminders stop, and everybody who opens the dossier is told. Closing it once more changes nothing.
    """
    cover = await service.close(uow, caller.account_id, dossier_id, body.access, body.reason)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return DossierOut.shown(cover, response)


@router.post(
    "/dossiers/{dossier_id}/reopen", response_model=DossierOut | SendingPlan, responses=problem_responses(*WRITES)
)
async def reopen_dossier(
    dossier_id: UUID,
    body: ReopeningIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    dry_run: DryRun = False,
) -> DossierOut | Response:
    """Opens a closed dossier again: rights are as they were, waiting offers are mailed again (R3).

    Access that ended at the closing is granted anew, if it is wanted.
    """
    cover = await service.reopen(uow, caller.account_id, dossier_id, body.reason)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return DossierOut.shown(cover, response)
