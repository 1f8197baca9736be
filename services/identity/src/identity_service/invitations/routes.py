"""Invitation links for programs; people get the pages. GET changes nothing (I6)."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from service_kit.db import UoW
from service_kit.errors import Gone, Invalid, NotFound, RateLimited, Unavailable
from service_kit.http import problem_responses

from identity_service.deps import DepsDep
from identity_service.invitations.acceptance import accept
from identity_service.invitations.links import look_up, renew, require_live
from identity_service.invitations.schemas import Acceptance, AccountMade, InvitationState, accepted_out, state_out

router = APIRouter(prefix="/api/identity/v1/invitations", tags=["invitations"])

Token = Annotated[str, Path(max_length=200)]


@router.get("/{token}", responses=problem_responses(NotFound, Gone))
async def get_invitation(token: Token, uow: UoW) -> InvitationState:
    """A live link; a dead one is gone, with its reason as code."""
    link = await look_up(uow, token)
    require_live(link)
    return state_out(link)


@router.post("/{token}/acceptance", responses=problem_responses(NotFound, Gone, Invalid, Unavailable))
async def post_acceptance(token: Token, body: Acceptance, deps: DepsDep) -> AccountMade:
    """Makes the account. An equal repeat hears the same answer, another password hears that the link was used."""
    return accepted_out(await accept(deps, token, body.password, body.user_name))


@router.post("/{token}/renewal", status_code=202, responses=problem_responses(NotFound, Gone, RateLimited))
async def post_renewal(token: Token, uow: UoW, deps: DepsDep) -> Response:
    """Mails a fresh link to the invited address, for an expired or replaced one (I6, I7)."""
    await renew(uow, deps, token)
    return Response(status_code=202)
