"""The pages of signing in and out: name and password, then the code of the text message (I10)."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.errors import DomainError, Invalid, RateLimited, Unauthenticated, Unavailable

from identity_service.deps import CallerDevice, DepsDep, IdentityDeps
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, clear_cookie, see_other, set_cookie
from identity_service.pages.owner import NotSignedIn, signed_in
from identity_service.pages.rendering import RENDERER, Page, problems_of, status_of
from identity_service.sessions.service import SessionKind, SignedIn, sign_out
from identity_service.sessions.sign_in import begin, enter_code

router = APIRouter(include_in_schema=False)
LONGEST_NAME = 320
LONGEST_CODE = 100

# What was begun; it is worth nothing without the code.
Challenge = Annotated[str, Query(alias="challenge")]


@router.api_route("/sign-in", methods=["GET", "HEAD"])
async def sign_in_page(request: Request) -> HTMLResponse:
    """The form for name and password."""
    return RENDERER.answer(request, _sign_in_form(""))


@router.post("/sign-in")
async def take_sign_in(
    request: Request,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    user_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Asks for the code, also when there is none to come (I10)."""
    name = user_name[:LONGEST_NAME]
    try:
        result = await begin(deps, name, password[:LONGEST_PASSWORD], SessionKind.BROWSER, device)
    except (RateLimited, Unavailable) as error:
        return RENDERER.answer(request, _sign_in_form(name, error))
    if isinstance(result, SignedIn):
        return enter(request, deps, result)
    return see_other(request, "/sign-in/code", challenge=str(result.challenge_id))


@router.get("/sign-in/code")
async def code_page(request: Request, challenge: Challenge = "") -> Response:
    """The form for the code; there is nothing to enter without having started."""
    return code_form(request, "code.html", challenge)


@router.post("/sign-in/code")
async def take_code(
    request: Request,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    challenge: Challenge = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Signs in, or asks again."""
    begun = challenge_id(challenge)
    if begun is None:
        return see_other(request, "/sign-in")
    try:
        result = await enter_code(deps, begun, code[:LONGEST_CODE], SessionKind.BROWSER, device)
    except (Invalid, Unauthenticated, RateLimited, Unavailable) as error:
        return code_form(request, "code.html", challenge, error)
    return enter(request, deps, result)


@router.get("/signed-in")
async def signed_in_page(request: Request) -> Response:
    """Another name of the owner's page."""
    return see_other(request, "/account")


@router.post("/account/sign-out")
async def take_sign_out(request: Request, deps: DepsDep, _own: OwnForm) -> Response:
    """Ends the browser's session; whoever had none is signed out as well."""
    async with deps.database.transaction() as uow:
        with suppress(NotSignedIn):
            await sign_out(uow, (await signed_in(uow, request, deps)).session_id)
    response = see_other(request, "/sign-in", done="signed_out")
    clear_cookie(response, deps)
    return response


@router.get("/account/sign-out")
async def sign_out_page(request: Request) -> Response:
    """Looking ends nothing."""
    return see_other(request, "/account")


def enter(request: Request, deps: IdentityDeps, result: SignedIn) -> Response:
    """Keeps the session in the browser and leads to the owner's page."""
    response = see_other(request, "/account")
    set_cookie(response, deps, result.secret)
    return response


def _sign_in_form(name: str, error: DomainError | None = None) -> Page:
    values = {"user_name": name, "problems": problems_of(error)}
    return Page("sign_in.html", values, None, status_of(error), says=("signed_out", "erased", "password_reset"))


def code_form(request: Request, template: str, challenge: str, error: DomainError | None = None) -> Response:
    """The form for a code of some kind; there is nothing to enter without having started."""
    begun = challenge_id(challenge)
    if begun is None:
        return see_other(request, "/sign-in")
    page = Page(template, {"challenge": str(begun), "problems": _at_code(error)}, None, status_of(error))
    return RENDERER.answer(request, page)


def _at_code(error: DomainError | None) -> list[dict[str, str]]:
    """Whatever is refused here is refused of the one field there is."""
    return [{**each, "field": each["field"] or "code"} for each in problems_of(error)]


def challenge_id(text: str) -> UUID | None:
    """What was begun, if the address names anything."""
    try:
        return UUID(text)
    except ValueError:
        return None
