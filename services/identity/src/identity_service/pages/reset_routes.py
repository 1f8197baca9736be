"""The pages of a forgotten password: ask for a link, choose a new one; looking at the link changes nothing (I10)."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UoW
from service_kit.errors import DomainError, Gone, Invalid, NotFound, RateLimited, Unavailable

from identity_service.deps import CallerDevice, DepsDep, IdentityDeps
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, see_other
from identity_service.pages.rendering import RENDERER, Page, problems_of, status_of
from identity_service.pages.sign_in_routes import LONGEST_NAME
from identity_service.recovery.domain import ResetState
from identity_service.recovery.resets import Reset, ask_reset, look_up_reset, reset_password

router = APIRouter(include_in_schema=False)


@router.api_route("/forgotten-password", methods=["GET", "HEAD"])
async def forgotten_page(request: Request) -> HTMLResponse:
    """The form for name or address."""
    return RENDERER.answer(request, _forgotten_form(""))


@router.post("/forgotten-password")
async def take_forgotten(
    request: Request,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    user_name: Annotated[str, Form()] = "",
) -> Response:
    """The same answer for everybody, known or not (I10)."""
    name = user_name[:LONGEST_NAME]
    try:
        await ask_reset(deps, name, device)
    except (RateLimited, Unavailable) as error:
        return RENDERER.answer(request, _forgotten_form(name, error))
    return see_other(request, "/forgotten-password/asked")


@router.get("/forgotten-password/asked")
async def asked_page(request: Request) -> HTMLResponse:
    """Where to look now."""
    return RENDERER.answer(request, Page("asked.html", {}))


@router.api_route("/password-reset/{token}", methods=["GET", "HEAD"])
async def reset_page(request: Request, token: str, uow: UoW) -> HTMLResponse:
    """Looking changes nothing, as with invitations (I6)."""
    return RENDERER.answer(request, _reset_page(await _known(uow, token), token))


@router.post("/password-reset/{token}")
async def take_reset(
    request: Request,
    token: str,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    password: Annotated[str, Form()] = "",
) -> Response:
    """Sets the password and leads to signing in with it, code included."""
    try:
        await reset_password(deps, token, password[:LONGEST_PASSWORD], device)
    except (Invalid, RateLimited, Unavailable) as error:
        return RENDERER.answer(request, await _again(deps, token, error))
    except (Gone, NotFound):
        return RENDERER.answer(request, await _again(deps, token))
    return see_other(request, "/sign-in", done="password_reset")


def _forgotten_form(name: str, error: DomainError | None = None) -> Page:
    return Page("forgotten.html", {"user_name": name, "problems": problems_of(error)}, None, status_of(error))


async def _known(uow: UoW, token: str) -> Reset | None:
    try:
        return await look_up_reset(uow, token)
    except NotFound:
        return None


async def _again(deps: IdentityDeps, token: str, error: DomainError | None = None) -> Page:
    async with deps.database.transaction() as uow:
        return _reset_page(await _known(uow, token), token, error)


def _reset_page(reset: Reset | None, token: str, error: DomainError | None = None) -> Page:
    if reset is None:
        return Page("reset_dead.html", {"state": "unknown"}, None, 404)
    if reset.state is not ResetState.PENDING:
        return Page("reset_dead.html", {"state": reset.state.value}, reset.language, 410)
    values = {"token": token, "user_name": reset.user_name, "problems": problems_of(error)}
    return Page("reset.html", values, reset.language, status_of(error))
