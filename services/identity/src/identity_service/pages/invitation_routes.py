"""The page that a mail's link opens: says who invites to what, takes a password or a no, leads on (I5, I6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UoW
from service_kit.errors import Conflict, DomainError, Gone, Invalid, NotFound, RateLimited, Unavailable

from identity_service.deps import CallerDevice, DepsDep, IdentityDeps
from identity_service.invitations.acceptance import accept
from identity_service.invitations.declining import decline
from identity_service.invitations.domain import LinkState
from identity_service.invitations.links import Link, look_up, renew
from identity_service.limits.domain import Act
from identity_service.limits.service import check_address
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, see_other
from identity_service.pages.rendering import RENDERER, Page, problems_of, status_of
from identity_service.passwords.domain import is_repeat

router = APIRouter(prefix="/invitation", include_in_schema=False)

_RENEWABLE = (LinkState.EXPIRED, LinkState.REPLACED)
_TRY_AGAIN = (Invalid, Unavailable, RateLimited)


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show(request: Request, token: str, uow: UoW) -> HTMLResponse:
    """Looking changes nothing, however often and by whom (I6)."""
    link = await _known(uow, token)
    return RENDERER.answer(request, _page(link, token))


@router.post("/{token}")
async def take(
    request: Request,
    token: str,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    user_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Makes the account, or shows the form again with what to change."""
    try:
        await check_address(deps, Act.INVITATION, device.address)
        await accept(deps, token, password[:LONGEST_PASSWORD], user_name[:200].strip() or None)
    except _TRY_AGAIN as error:
        return RENDERER.answer(request, await _again(deps, token, error, typed_name=user_name[:200]))
    except (Gone, NotFound):
        return RENDERER.answer(request, await _again(deps, token))
    return see_other(request, f"/invitation/{token}/created")


@router.get("/{token}/created")
async def created(request: Request, token: str, uow: UoW) -> Response:
    """What was made, for as long as repeating the form would answer the same; afterwards the link is simply used."""
    link = await _known(uow, token)
    if link is None or not _is_fresh(link, await uow.now()):
        return see_other(request, f"/invitation/{token}")
    values = {"user_name": link.user_name, "dossiers": link.dossiers}
    return RENDERER.answer(request, Page("created.html", values, link.language))


def _is_fresh(link: Link, now: datetime) -> bool:
    return link.state is LinkState.USED and is_repeat(link.activated_at, now)


@router.get("/{token}/decline")
async def ask_decline(request: Request, token: str, uow: UoW) -> Response:
    """Asks whether it is meant; a link that is dead has nothing to decline and says why."""
    link = await _known(uow, token)
    if link is None or link.state is not LinkState.PENDING:
        return see_other(request, f"/invitation/{token}")
    return RENDERER.answer(request, _decline_page(link, token))


@router.post("/{token}/decline")
async def take_decline(request: Request, token: str, deps: DepsDep, device: CallerDevice, _own: OwnForm) -> Response:
    """Declines what this firm offers; the link then says so (I5)."""
    try:
        await check_address(deps, Act.INVITATION, device.address)
        async with deps.database.transaction() as uow:
            await decline(uow, token)
    except RateLimited as error:
        return RENDERER.answer(request, await _again(deps, token, error))
    except (Gone, NotFound):
        return RENDERER.answer(request, await _again(deps, token))
    return see_other(request, f"/invitation/{token}")


@router.post("/{token}/renewal")
async def send_fresh(request: Request, token: str, deps: DepsDep, device: CallerDevice, _own: OwnForm) -> Response:
    """Mails a fresh link to the invited address; nothing here says which address that is."""
    try:
        await check_address(deps, Act.INVITATION, device.address)
        async with deps.database.transaction() as uow:
            await renew(uow, deps, token)
    except (Conflict, RateLimited) as error:
        return RENDERER.answer(request, await _again(deps, token, error))
    except (Gone, NotFound):
        return RENDERER.answer(request, await _again(deps, token))
    return see_other(request, f"/invitation/{token}/renewal")


@router.get("/{token}/renewal")
async def renewal_page(request: Request, token: str, uow: UoW) -> Response:
    """That a fresh link is on its way, which makes this one a replaced one; else whatever the link is."""
    link = await _known(uow, token)
    if link is None or link.state is not LinkState.REPLACED:
        return see_other(request, f"/invitation/{token}")
    return RENDERER.answer(request, Page("renewed.html", {}, link.language))


async def _known(uow: UoW, token: str) -> Link | None:
    try:
        return await look_up(uow, token)
    except NotFound:
        return None


async def _again(
    deps: IdentityDeps, token: str, error: DomainError | None = None, *, typed_name: str | None = None
) -> Page:
    """The link's page as it is now, with what was wrong."""
    async with deps.database.transaction() as uow:
        link = await _known(uow, token)
    return _page(link, token, error, typed_name)


def _page(link: Link | None, token: str, error: DomainError | None = None, typed_name: str | None = None) -> Page:
    if link is not None and link.state is LinkState.PENDING:
        return _form(link, token, error, typed_name)
    return _dead(link, token, error)


def _form(link: Link, token: str, error: DomainError | None, typed_name: str | None) -> Page:
    more = {
        "user_name": link.user_name if typed_name is None else typed_name,
        "expires_at": link.expires_at,
        "problems": problems_of(error),
    }
    return Page("invitation.html", {**_offered(link, token), **more}, link.language, status_of(error))


def _decline_page(link: Link, token: str) -> Page:
    return Page("decline.html", _offered(link, token), link.language)


def _offered(link: Link, token: str) -> Mapping[str, Any]:
    return {"token": token, "firm": link.firm_name, "dossiers": link.dossiers}


def _dead(link: Link | None, token: str, error: DomainError | None) -> Page:
    values = {
        "token": token,
        "state": link.state.value if link else "unknown",
        "renewable": link is not None and link.state in _RENEWABLE and error is None,
        "problems": problems_of(error),
    }
    status = status_of(error) if error else 410 if link else 404
    return Page("dead_link.html", values, link.language if link else None, status)
