"""The pages of signing in and out, and of the signed-in person; they work without JavaScript."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UnitOfWork, UoW
from service_kit.errors import DomainError, Invalid, RateLimited, Unauthenticated, Unavailable

from identity_service.accounts.tables import Account
from identity_service.deps import DepsDep, IdentityDeps
from identity_service.invitations.domain import OfferState
from identity_service.invitations.repository import living_offers
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, clear_cookie, cookie_name, see_other, set_cookie
from identity_service.pages.rendering import Page, Renderer, problems_of, status_of, stylesheet
from identity_service.sessions.service import SessionKind, SignedIn, browser_session, sign_out
from identity_service.sessions.sign_in import begin, enter_code
from identity_service.sessions.tables import Session

router = APIRouter(include_in_schema=False)
_RENDERER = Renderer()
_STYLE = stylesheet()
_LONGEST_NAME = 320


@router.get("/static/identity/style.css")
async def style() -> Response:
    """The pages' only asset."""
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


@router.api_route("/sign-in", methods=["GET", "HEAD"])
async def sign_in_page(request: Request) -> HTMLResponse:
    """The form for name and password."""
    return _RENDERER.answer(request, _sign_in_form(""))


@router.post("/sign-in")
async def take_sign_in(
    request: Request,
    deps: DepsDep,
    _own: OwnForm,
    user_name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Asks for the code, also when there is none to come (I10)."""
    name = user_name[:_LONGEST_NAME]
    try:
        result = await begin(deps, name, password[:LONGEST_PASSWORD], SessionKind.BROWSER)
    except (RateLimited, Unavailable) as error:
        return _RENDERER.answer(request, _sign_in_form(name, error))
    if isinstance(result, SignedIn):
        return _signed_in(request, deps, result)
    return _RENDERER.answer(request, _code_form(str(result.challenge_id)))


@router.post("/sign-in/code")
async def take_code(
    request: Request,
    deps: DepsDep,
    _own: OwnForm,
    challenge_id: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Signs in, or asks again."""
    try:
        challenge = UUID(challenge_id)
    except ValueError:
        return see_other(request, "/sign-in")
    try:
        result = await enter_code(deps, challenge, code[:20], SessionKind.BROWSER)
    except (Invalid, Unauthenticated) as error:
        return _RENDERER.answer(request, _code_form(str(challenge), error))
    return _signed_in(request, deps, result)


@router.get("/sign-in/code")
async def code_page(request: Request) -> Response:
    """There is nothing to enter without having started."""
    return see_other(request, "/sign-in")


@router.api_route("/account", methods=["GET", "HEAD"])
async def account_page(request: Request, deps: DepsDep, uow: UoW) -> Response:
    """Who is signed in, and what is open to them, across firms."""
    found = await _session_of(request, deps, uow)
    if found is None:
        return see_other(request, "/sign-in")
    account = found[1]
    offers = await living_offers(uow.session, account.id)
    access = [
        {"firm": offer.firm_name, "dossier": offer.dossier_name, "is_open": _is_open(offer.state, offer.dossier_name)}
        for offer in offers
    ]
    values = {"user_name": account.user_name, "email": account.email, "access": access}
    return _RENDERER.answer(request, Page("account.html", values, account.language))


@router.get("/signed-in")
async def signed_in_page(request: Request) -> Response:
    """Another name of the same page."""
    return see_other(request, "/account")


@router.post("/account/sign-out")
async def take_sign_out(request: Request, deps: DepsDep, uow: UoW, _own: OwnForm) -> Response:
    """Ends the browser's session."""
    found = await _session_of(request, deps, uow)
    if found is not None:
        await sign_out(uow, found[0].id)
    response = see_other(request, "/sign-in")
    clear_cookie(response, deps)
    return response


def _is_open(state: OfferState, dossier: str | None) -> bool:
    """Dossier tells us when a grant is open; a place in a firm's staff opens with the account."""
    return state is OfferState.OPENED or dossier is None


async def _session_of(request: Request, deps: IdentityDeps, uow: UnitOfWork) -> tuple[Session, Account] | None:
    cookie = request.cookies.get(cookie_name(deps))
    return await browser_session(uow, cookie) if cookie else None


def _signed_in(request: Request, deps: IdentityDeps, result: SignedIn) -> Response:
    response = see_other(request, "/account")
    set_cookie(response, deps, result.secret)
    return response


def _sign_in_form(name: str, error: DomainError | None = None) -> Page:
    values = {"user_name": name, "problems": problems_of(error) if error else []}
    return Page("sign_in.html", values, None, status_of(error) if error else 200)


def _code_form(challenge_id: str, error: DomainError | None = None) -> Page:
    values = {"challenge_id": challenge_id, "problems": problems_of(error) if error else []}
    return Page("code.html", values, None, status_of(error) if error else 200)
