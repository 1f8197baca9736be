"""Forgotten passwords, codes for a lost phone. No Idempotency-Key: answers hold secrets, repeats are safe by state."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from service_kit.db import UoW
from service_kit.errors import Forbidden, Gone, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from service_kit.http import problem_responses

from identity_service.deps import CallerDevice, DepsDep, OwnSession
from identity_service.recovery.resets import ask_reset, look_up_reset, require_live_reset, reset_password
from identity_service.recovery.schemas import (
    Confirmation,
    LiveReset,
    NewPassword,
    PasswordSet,
    RecoveryCodes,
    RecoveryCodesLeft,
    ResetAsked,
    ResetWanted,
    TypedRecoveryCode,
    live_out,
    set_out,
)
from identity_service.recovery.service import make_recovery_codes, recovery_codes_left
from identity_service.recovery.sign_in import enter_recovery_code
from identity_service.sessions.schemas import Tokens, tokens_out
from identity_service.sessions.service import SessionKind

router = APIRouter(prefix="/api/identity/v1", tags=["recovery"])

Token = Annotated[str, Path(max_length=200)]


@router.post("/password-resets", status_code=202, responses=problem_responses(RateLimited))
async def post_reset(body: ResetWanted, deps: DepsDep, device: CallerDevice) -> ResetAsked:
    """Asks for a link. The answer says nothing about whether the name is known."""
    await ask_reset(deps, body.user_name, device)
    return ResetAsked()


@router.get("/password-resets/{token}", responses=problem_responses(NotFound, Gone))
async def get_reset(token: Token, uow: UoW) -> LiveReset:
    """A live link; a dead one is gone, with its reason as code. Looking changes nothing."""
    reset = await look_up_reset(uow, token)
    require_live_reset(reset)
    return live_out(reset)


@router.post("/password-resets/{token}", responses=problem_responses(NotFound, Gone, Invalid, RateLimited, Unavailable))
async def post_new_password(token: Token, body: NewPassword, deps: DepsDep, device: CallerDevice) -> PasswordSet:
    """Sets the password and ends every session. An equal repeat hears the same answer."""
    return set_out(await reset_password(deps, token, body.password, device))


@router.get("/me/recovery-codes", responses=problem_responses(Unauthenticated, Forbidden))
async def get_codes(session: OwnSession, uow: UoW) -> RecoveryCodesLeft:
    """How many codes are left; the codes themselves nobody can read again."""
    return RecoveryCodesLeft(left=await recovery_codes_left(uow, session))


@router.post(
    "/me/recovery-codes",
    status_code=201,
    responses=problem_responses(Unauthenticated, Forbidden, Invalid, RateLimited, Unavailable),
)
async def post_codes(body: Confirmation, session: OwnSession, deps: DepsDep, device: CallerDevice) -> RecoveryCodes:
    """Ten new codes, shown now and never again; older ones are dead."""
    return RecoveryCodes(codes=await make_recovery_codes(deps, session, body.password, device))


@router.post(
    "/sign-in/{challenge_id}/recovery-code", responses=problem_responses(Unauthenticated, Invalid, RateLimited)
)
async def post_recovery_code(
    challenge_id: UUID, body: TypedRecoveryCode, deps: DepsDep, device: CallerDevice
) -> Tokens:
    """A recovery code instead of the code of the SMS, for tokens."""
    return tokens_out(await enter_recovery_code(deps, challenge_id, body.code, SessionKind.TOKENS, device))
