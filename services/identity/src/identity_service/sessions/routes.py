"""Sign-in, tokens and sign-out. No Idempotency-Key here: answers hold secrets, and repeats are safe by state."""

from uuid import UUID

from fastapi import APIRouter
from service_kit.db import UoW
from service_kit.errors import Conflict, Forbidden, Invalid, RateLimited, Unauthenticated, Unavailable
from service_kit.http import problem_responses
from service_kit.http.auth import CurrentUser

from identity_service.deps import CallerDevice, DepsDep
from identity_service.sessions.schemas import (
    Code,
    Refresh,
    SignIn,
    SignInAnswer,
    Tokens,
    sign_in_out,
    tokens_out,
)
from identity_service.sessions.service import SessionKind, refresh, sign_out, sign_out_everywhere
from identity_service.sessions.sign_in import begin, enter_code

router = APIRouter(prefix="/api/identity/v1", tags=["sessions"])


@router.post("/sign-in", responses=problem_responses(RateLimited, Unavailable))
async def post_sign_in(body: SignIn, deps: DepsDep, device: CallerDevice) -> SignInAnswer:
    """Name and password. The answer says nothing about whether they are right, or the name known."""
    return sign_in_out(await begin(deps, body.user_name, body.password, SessionKind.TOKENS, device))


@router.post("/sign-in/{challenge_id}/code", responses=problem_responses(Unauthenticated, Invalid, RateLimited))
async def post_code(challenge_id: UUID, body: Code, deps: DepsDep, device: CallerDevice) -> Tokens:
    """The code of the SMS, for tokens."""
    return tokens_out(await enter_code(deps, challenge_id, body.code, SessionKind.TOKENS, device))


@router.post("/tokens/refresh", responses=problem_responses(Unauthenticated, Conflict))
async def post_refresh(body: Refresh, deps: DepsDep) -> Tokens:
    """The next tokens. 409 when the same refresh token was used a moment ago: go on with that answer."""
    return tokens_out(await refresh(deps, body.refresh_token))


@router.post("/sign-out", status_code=204, responses=problem_responses(Unauthenticated, Forbidden))
async def post_sign_out(caller: CurrentUser, uow: UoW) -> None:
    """Ends this session."""
    if caller.session_id is not None:
        await sign_out(uow, caller.session_id)


@router.post("/sign-out-everywhere", status_code=204, responses=problem_responses(Unauthenticated, Forbidden))
async def post_sign_out_everywhere(caller: CurrentUser, uow: UoW) -> None:
    """Ends every session of the caller's account."""
    await sign_out_everywhere(uow, caller.account_id)
