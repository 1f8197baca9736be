"""HTTP of the grants area: for the dossier's manager (A1)."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.problems import problem_responses

from dossier_service.access.grants import service
from dossier_service.access.grants.schemas import GrantIn, GrantOut, GrantPatch, WithdrawalIn
from dossier_service.access.grants.tables import Grant
from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, WRITES
from dossier_service.edge.routing import router as make_router

router = make_router("grants")


@router.post("/dossiers/{dossier_id}/grants", status_code=201, responses=problem_responses(*WRITES, RateLimited))
async def offer_grant(
    dossier_id: UUID, body: GrantIn, caller: SignedIn, uow: UoW, deps: DepsDep, response: Response
) -> GrantOut:
    """Offers a right to somebody of the tree; who has no account is invited, who has one is told (I1)."""
    grant = await service.offer(uow, caller.account_id, dossier_id, body.command(), deps.policy)
    return _shown(grant, response)


@router.patch("/dossiers/{dossier_id}/grants/{grant_id}", responses=problem_responses(*EDITS))
async def change_grant(
    dossier_id: UUID,
    grant_id: UUID,
    body: GrantPatch,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> GrantOut:
    """Changes the right; a holder's or co-holder's is never lowered (A5)."""
    grant = await service.change(
        uow,
        caller.account_id,
        dossier_id,
        grant_id,
        body.right,
        lambda version: require_match(if_match, version),
    )
    return _shown(grant, response)


@router.post("/dossiers/{dossier_id}/grants/{grant_id}/withdraw", responses=problem_responses(*WRITES))
async def withdraw_grant(
    dossier_id: UUID,
    grant_id: UUID,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    body: WithdrawalIn | None = None,
) -> GrantOut:
    """Withdraws the right; a holder's or co-holder's never (A5). Once more changes nothing."""
    reason = body.reason if body else None
    grant = await service.withdraw(uow, caller.account_id, dossier_id, grant_id, reason)
    return _shown(grant, response)


def _shown(grant: Grant, response: Response) -> GrantOut:
    shown = GrantOut.of(grant)
    response.headers["ETag"] = shown.etag
    return shown
