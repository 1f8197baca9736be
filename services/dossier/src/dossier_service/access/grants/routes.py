"""HTTP of the grants area: for the dossier's manager (A1), and leaving for whoever has access (I13)."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.problems import problem_responses

from dossier_service.access.grants import resending, service
from dossier_service.access.grants.ending import leave_dossier
from dossier_service.access.grants.schemas import GrantIn, GrantOut, GrantPatch, ResendIn, WithdrawalIn
from dossier_service.access.grants.tables import Grant
from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import PLANNED, DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("grants")


@router.post(
    "/dossiers/{dossier_id}/grants",
    status_code=201,
    response_model=GrantOut,
    responses={**problem_responses(*WRITES, RateLimited), **PLANNED},
)
async def offer_grant(
    dossier_id: UUID,
    body: GrantIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    dry_run: DryRun = False,
) -> GrantOut | Response:
    """Offers a right to somebody of the tree; who has no account is invited, who has one is told (I1)."""
    grant = await service.offer(uow, caller.account_id, dossier_id, body.command(), deps.policy)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(grant, response)


@router.patch(
    "/dossiers/{dossier_id}/grants/{grant_id}",
    response_model=GrantOut | SendingPlan,
    responses=problem_responses(*EDITS),
)
async def change_grant(
    dossier_id: UUID,
    grant_id: UUID,
    body: GrantPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> GrantOut | Response:
    """Changes the right; a holder's or co-holder's is never lowered (A5)."""
    grant = await service.change(
        uow,
        caller.account_id,
        dossier_id,
        grant_id,
        body.right,
        lambda version: require_match(if_match, version),
    )
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(grant, response)


@router.post(
    "/dossiers/{dossier_id}/grants/{grant_id}/withdraw",
    response_model=GrantOut | SendingPlan,
    responses=problem_responses(*WRITES),
)
async def withdraw_grant(
    dossier_id: UUID,
    grant_id: UUID,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    body: WithdrawalIn | None = None,
    dry_run: DryRun = False,
) -> GrantOut | Response:
    """Withdraws the right; a holder's or co-holder's never (A5). Once more changes nothing."""
    reason = body.reason if body else None
    grant = await service.withdraw(uow, caller.account_id, dossier_id, grant_id, reason)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(grant, response)


@router.post(
    "/dossiers/{dossier_id}/grants/{grant_id}/resend",
    status_code=202,
    response_model=GrantOut,
    responses={**problem_responses(*WRITES, RateLimited), **PLANNED},
)
async def resend_sign_in_information(
    dossier_id: UUID,
    grant_id: UUID,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    body: ResendIn | None = None,
    dry_run: DryRun = False,
) -> GrantOut | Response:
    """Sends the sign-in information again (K2): a fresh invitation, or the user name; three times an hour (I7)."""
    text = body.custom_text or None if body else None
    grant = await resending.resend(uow, caller.account_id, dossier_id, grant_id, text)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(grant, response)


@router.post("/my/dossiers/{dossier_id}/leave", status_code=204, responses=problem_responses(*READS))
async def leave(dossier_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Gives up the caller's own access to a dossier, as a holder too (A5, I13); staff places are not left here."""
    await leave_dossier(uow, caller.account_id, dossier_id)


def _shown(grant: Grant, response: Response) -> GrantOut:
    shown = GrantOut.of(grant)
    response.headers["ETag"] = shown.etag
    return shown
