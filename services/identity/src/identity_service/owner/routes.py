"""The signed-in owner's own page, for programs (I13); the pages for people go through the same use cases."""

from uuid import UUID

from fastapi import APIRouter
from service_kit.db import UoW
from service_kit.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from service_kit.http import problem_responses

from identity_service.deps import CallerDevice, DepsDep
from identity_service.deps import OwnSession as Own
from identity_service.owner.credentials import change_password
from identity_service.owner.erasure import erase
from identity_service.owner.export import export
from identity_service.owner.profile import change_profile
from identity_service.owner.schemas import (
    Ended,
    Farewell,
    Me,
    OwnData,
    OwnSessions,
    PasswordChange,
    Profile,
    changes_of,
    me_out,
    session_out,
)
from identity_service.sessions.service import end_other_sessions, end_session, my_sessions, signed_in_account

router = APIRouter(prefix="/api/identity/v1/me", tags=["owner"])


@router.get("", responses=problem_responses(Unauthenticated, Forbidden))
async def get_me(session: Own, uow: UoW) -> Me:
    """Who is signed in. Refused at once when the session is over, however young the token."""
    return me_out(await signed_in_account(uow, session))


@router.patch("", responses=problem_responses(Unauthenticated, Forbidden, Invalid, Conflict))
async def patch_me(body: Profile, session: Own, uow: UoW) -> Me:
    """Changes names and language. 409 for another user name: it never changes (I3)."""
    return me_out(await change_profile(uow, session, changes_of(body)))


@router.put(
    "/password",
    status_code=204,
    responses=problem_responses(Unauthenticated, Forbidden, Invalid, RateLimited, Unavailable),
)
async def put_password(body: PasswordChange, session: Own, deps: DepsDep, device: CallerDevice) -> None:
    """Sets another password; needs the current one. Every other session ends."""
    await change_password(deps, session, body.current_password, body.new_password, device)


@router.get("/sessions", responses=problem_responses(Unauthenticated, Forbidden))
async def get_sessions(session: Own, uow: UoW) -> OwnSessions:
    """Where the account is signed in."""
    return OwnSessions(items=tuple(session_out(seen) for seen in await my_sessions(uow, session)))


@router.delete(
    "/sessions/{session_id}", status_code=204, responses=problem_responses(Unauthenticated, Forbidden, NotFound)
)
async def delete_session(session_id: UUID, session: Own, uow: UoW) -> None:
    """Ends one session. Repeating it changes nothing."""
    await end_session(uow, session, session_id)


@router.post("/sessions/end-others", responses=problem_responses(Unauthenticated, Forbidden))
async def post_end_others(session: Own, uow: UoW) -> Ended:
    """Ends every session but this one."""
    return Ended(ended=await end_other_sessions(uow, session))


@router.get("/export", responses=problem_responses(Unauthenticated, Forbidden))
async def get_export(session: Own, uow: UoW) -> OwnData:
    """All that identity holds about the signed-in person."""
    return await export(uow, session)


@router.post(
    "/erasure",
    status_code=204,
    responses=problem_responses(Unauthenticated, Forbidden, Invalid, Conflict, RateLimited, Unavailable),
)
async def post_erasure(body: Farewell, session: Own, deps: DepsDep, device: CallerDevice) -> None:
    """Erases the account for good. 409 while the person is on a firm's staff (A14)."""
    await erase(deps, session, body.password, device)
