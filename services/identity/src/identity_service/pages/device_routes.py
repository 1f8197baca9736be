"""Where the owner is signed in, and ending that (I13)."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UoW
from service_kit.errors import NotFound

from identity_service.deps import DepsDep
from identity_service.pages.browser import OwnForm, see_other
from identity_service.pages.devices import described
from identity_service.pages.owner import OwnerDep, OwnerRoute, owner_page
from identity_service.pages.rendering import RENDERER
from identity_service.sessions.service import SessionKind, SessionSeen, end_other_sessions, end_session, my_sessions

router = APIRouter(prefix="/account/sessions", route_class=OwnerRoute, include_in_schema=False)


@router.get("")
async def sessions_page(request: Request, owner: OwnerDep, uow: UoW) -> HTMLResponse:
    """All of them, this one first."""
    seen = sorted(await my_sessions(uow, owner.session_id), key=lambda each: (not each.current, -_age(each)))
    values = {"sessions": [_shown(each) for each in seen]}
    page = owner_page(owner, "sessions.html", values, says=("session_ended", "sessions_ended"))
    return RENDERER.answer(request, page)


@router.post("/end-others")
async def take_end_others(request: Request, owner: OwnerDep, deps: DepsDep, _own: OwnForm) -> Response:
    """Everything but this browser is signed out."""
    async with deps.database.transaction() as uow:
        await end_other_sessions(uow, owner.session_id)
    return see_other(request, "/account/sessions", done="sessions_ended")


@router.post("/{session_id:uuid}/end")
async def take_end(request: Request, owner: OwnerDep, deps: DepsDep, _own: OwnForm, session_id: UUID) -> Response:
    """One of them is signed out; one that is not there was so already."""
    try:
        async with deps.database.transaction() as uow:
            await end_session(uow, owner.session_id, session_id)
    except NotFound:
        return see_other(request, "/account/sessions")
    return see_other(request, "/account/sessions", done="session_ended")


def _age(session: SessionSeen) -> float:
    return session.last_seen_at.timestamp()


def _shown(session: SessionSeen) -> dict[str, object]:
    browser, system = described(session.user_agent)
    return {
        "session_id": session.session_id,
        "is_program": session.kind is SessionKind.TOKENS,
        "browser": browser,
        "system": system,
        "address": session.address,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "current": session.current,
    }
