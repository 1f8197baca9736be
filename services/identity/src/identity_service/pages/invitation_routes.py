"""The page that a mail's link opens: says who invites to what, takes a password, leads on to signing in (I5, I6)."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UoW
from service_kit.errors import DomainError, Gone, Invalid, NotFound, RateLimited, Unavailable

from identity_service.deps import DepsDep, IdentityDeps
from identity_service.invitations.acceptance import accept
from identity_service.invitations.domain import LinkState
from identity_service.invitations.links import Link, look_up, renew
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, see_other
from identity_service.pages.rendering import Page, Renderer, problems_of, status_of

router = APIRouter(prefix="/invitation", include_in_schema=False)
_RENDERER = Renderer()

Token = Annotated[str, Path(max_length=200)]


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show(request: Request, token: Token, uow: UoW) -> HTMLResponse:
    """Looking changes nothing, however often and by whom (I6)."""
    try:
        link = await look_up(uow, token)
    except NotFound:
        return _RENDERER.answer(request, _dead(None, token))
    page = _form(link, token) if link.state is LinkState.PENDING else _dead(link, token)
    return _RENDERER.answer(request, page)


@router.post("/{token}")
async def take(
    request: Request,
    token: Token,
    deps: DepsDep,
    _own: OwnForm,
    user_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Makes the account, or shows the form again with what to change."""
    try:
        accepted = await accept(deps, token, password[:LONGEST_PASSWORD], user_name[:200].strip() or None)
    except (Invalid, Unavailable) as error:
        link = await _look(deps, token)
        return _RENDERER.answer(request, _form(link, token, error, user_name[:200]))
    except (Gone, NotFound):
        return _RENDERER.answer(request, await _dead_page(deps, token))
    link = await _look(deps, token)
    page = Page("accepted.html", {"user_name": accepted.user_name, "dossiers": link.dossiers}, link.language)
    return _RENDERER.answer(request, page)


@router.post("/{token}/renewal")
async def send_fresh(request: Request, token: Token, deps: DepsDep, _own: OwnForm) -> HTMLResponse:
    """Mails a fresh link to the invited address; nothing here says which address that is."""
    try:
        async with deps.database.transaction() as uow:
            await renew(uow, deps, token)
    except (Gone, NotFound):
        return _RENDERER.answer(request, await _dead_page(deps, token))
    except RateLimited as error:
        return _RENDERER.answer(request, await _dead_page(deps, token, error))
    link = await _look(deps, token)
    return _RENDERER.answer(request, Page("renewed.html", {}, link.language))


@router.get("/{token}/renewal")
async def renewal_page(request: Request, token: Token) -> Response:
    """Where a page that answered the form above leads when its reader changes the language."""
    return see_other(request, f"/invitation/{token}")


async def _look(deps: IdentityDeps, token: str) -> Link:
    async with deps.database.transaction() as uow:
        return await look_up(uow, token)


async def _dead_page(deps: IdentityDeps, token: str, error: DomainError | None = None) -> Page:
    try:
        link = await _look(deps, token)
    except NotFound:
        return _dead(None, token)
    if link.state is LinkState.PENDING:
        return _form(link, token, error)  # nothing to renew: it works
    return _dead(link, token, error)


def _form(link: Link, token: str, error: DomainError | None = None, typed_name: str | None = None) -> Page:
    values = {
        "token": token,
        "firm": link.firm_name,
        "dossiers": link.dossiers,
        "user_name": link.user_name if typed_name is None else typed_name,
        "problems": problems_of(error) if error else [],
    }
    return Page("invitation.html", values, link.language, status_of(error) if error else 200)


def _dead(link: Link | None, token: str, error: DomainError | None = None) -> Page:
    state = link.state.value if link else "unknown"
    renewable = link is not None and link.state in (LinkState.EXPIRED, LinkState.REPLACED)
    values = {
        "token": token,
        "state": state,
        "renewable": renewable and error is None,
        "problems": problems_of(error) if error else [],
    }
    status = status_of(error) if error else 410 if link else 404
    return Page("dead_link.html", values, link.language if link else None, status)
