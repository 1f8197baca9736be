"""Invitation links and the owner's accesses for programs; people get the pages. GET changes nothing (I6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from service_kit.db import UoW
from service_kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from service_kit.http import problem_responses

from identity_service.deps import CallerDevice, DepsDep, OwnSession
from identity_service.invitations.acceptance import accept
from identity_service.invitations.access import leave, my_access
from identity_service.invitations.declining import decline
from identity_service.invitations.links import look_up, renew, require_live
from identity_service.invitations.schemas import (
    Acceptance,
    AccountMade,
    InvitationState,
    MyAccesses,
    accepted_out,
    access_out,
    state_out,
)
from identity_service.limits.domain import Act
from identity_service.limits.service import check_address
from identity_service.sessions.service import signed_in_account

_links = APIRouter(prefix="/api/identity/v1/invitations", tags=["invitations"])
_mine = APIRouter(prefix="/api/identity/v1/me/access", tags=["owner"])

Token = Annotated[str, Path(max_length=200)]


async def _counted(deps: DepsDep, device: CallerDevice) -> None:
    await check_address(deps, Act.INVITATION, device.address)


COUNTED = (Depends(_counted),)


@_links.get("/{token}", responses=problem_responses(NotFound, Gone))
async def get_invitation(token: Token, uow: UoW) -> InvitationState:
    """A live link; a dead one is gone, with its reason as code."""
    link = await look_up(uow, token)
    require_live(link)
    return state_out(link)


@_links.post(
    "/{token}/acceptance",
    dependencies=COUNTED,
    responses=problem_responses(NotFound, Gone, Invalid, RateLimited, Unavailable),
)
async def post_acceptance(token: Token, body: Acceptance, deps: DepsDep) -> AccountMade:
    """Makes the account. An equal repeat hears the same answer, another password hears that the link was used."""
    return accepted_out(await accept(deps, token, body.password, body.user_name))


@_links.post(
    "/{token}/renewal",
    status_code=202,
    dependencies=COUNTED,
    responses=problem_responses(NotFound, Gone, Conflict, RateLimited),
)
async def post_renewal(token: Token, uow: UoW, deps: DepsDep) -> Response:
    """Mails a fresh link to the invited address, for an expired or replaced one (I6, I7)."""
    await renew(uow, deps, token)
    return Response(status_code=202)


@_links.post(
    "/{token}/declination",
    status_code=204,
    dependencies=COUNTED,
    responses=problem_responses(NotFound, Gone, RateLimited),
)
async def post_declination(token: Token, uow: UoW) -> Response:
    """Declines all that this firm offers. A repeat hears the same; a link that was dead already says why (I5, I6)."""
    await decline(uow, token)
    return Response(status_code=204)


@_mine.get("", responses=problem_responses(Unauthenticated, Forbidden))
async def get_my_access(session_id: OwnSession, uow: UoW) -> MyAccesses:
    """The dossiers and staff places of whoever is signed in, over all firms, and who gave them (I13)."""
    account = await signed_in_account(uow, session_id)
    return access_out(await my_access(uow, account.id))


@_mine.post(
    "/{offer_id}/leave", status_code=204, responses=problem_responses(Unauthenticated, Forbidden, NotFound, Conflict)
)
async def post_leave(offer_id: UUID, session_id: OwnSession, uow: UoW) -> Response:
    """Gives up a dossier, a holder's own too (A5); twice is once. A place in a firm's staff is not left like that."""
    account = await signed_in_account(uow, session_id)
    await leave(uow, account.id, offer_id)
    return Response(status_code=204)


router = APIRouter()
router.include_router(_links)
router.include_router(_mine)
