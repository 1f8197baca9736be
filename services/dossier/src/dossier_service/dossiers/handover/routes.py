"""HTTP of the handover area: for administrators, and managers for what is theirs (A1)."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.dossiers.handover import service
from dossier_service.dossiers.handover.schemas import HandedOver, HandoverIn
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import PLANNED, DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("dossiers")


@router.put(
    "/dossiers/{dossier_id}/manager",
    status_code=204,
    response_model=None,
    responses={**PLANNED, **problem_responses(*READS)},
)
async def hand_over(
    dossier_id: UUID, body: HandoverIn, caller: SignedIn, uow: UoW, deps: DepsDep, dry_run: DryRun = False
) -> Response:
    """Names another manager (manager or administrator, A1), who is told; the one before stays in the team."""
    await service.hand_over(uow, caller.account_id, dossier_id, body.membership_id, body.reason)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return Response(status_code=204)


@router.post(
    "/firms/{firm_id}/staff/{membership_id}/handover",
    response_model=HandedOver | SendingPlan,
    responses=problem_responses(*WRITES),
)
async def hand_over_all(
    firm_id: UUID,
    membership_id: UUID,
    body: HandoverIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    dry_run: DryRun = False,
) -> HandedOver | Response:
    """Gives all dossiers of a manager to another one, all or none (administrator, or the manager; A1)."""
    given = await service.hand_over_all(uow, caller.account_id, firm_id, membership_id, body.membership_id, body.reason)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return HandedOver.of(given)
