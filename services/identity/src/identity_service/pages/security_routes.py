"""The owner's password and recovery codes (I13)."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.errors import DomainError, Invalid, RateLimited, Unavailable

from identity_service.deps import CallerDevice, DepsDep, IdentityDeps
from identity_service.owner.credentials import change_password
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, see_other
from identity_service.pages.owner import Owner, OwnerDep, OwnerRoute, owner_page
from identity_service.pages.rendering import RENDERER, Page
from identity_service.recovery.service import make_recovery_codes, recovery_codes_left

router = APIRouter(prefix="/account", route_class=OwnerRoute, include_in_schema=False)
_REFUSED = (Invalid, RateLimited, Unavailable)


@router.get("/password")
async def password_page(request: Request, owner: OwnerDep) -> HTMLResponse:
    """The form for a new one."""
    return RENDERER.answer(request, _password_page(owner))


@router.post("/password")
async def take_password(
    request: Request,
    owner: OwnerDep,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    current_password: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Saves it; everything else that was signed in is not any more."""
    current, new = current_password[:LONGEST_PASSWORD], password[:LONGEST_PASSWORD]
    try:
        await change_password(deps, owner.session_id, current, new, device)
    except _REFUSED as error:
        return RENDERER.answer(request, _password_page(owner, error))
    return see_other(request, "/account/password", done="password")


@router.get("/recovery-codes")
async def codes_page(request: Request, owner: OwnerDep, deps: DepsDep) -> HTMLResponse:
    """How many are left; the codes themselves nobody can read again."""
    return RENDERER.answer(request, await _codes_page(deps, owner))


@router.post("/recovery-codes")
async def take_codes(
    request: Request,
    owner: OwnerDep,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    password: Annotated[str, Form()] = "",
) -> Response:
    """New codes, in this very answer: a page to be led to would have to keep them somewhere."""
    try:
        codes = await make_recovery_codes(deps, owner.session_id, password[:LONGEST_PASSWORD], device)
    except _REFUSED as error:
        return RENDERER.answer(request, await _codes_page(deps, owner, error))
    return RENDERER.answer(request, owner_page(owner, "recovery_codes_made.html", {"codes": codes}))


def _password_page(owner: Owner, error: DomainError | None = None) -> Page:
    return owner_page(owner, "password.html", {}, error, says=("password",))


async def _codes_page(deps: IdentityDeps, owner: Owner, error: DomainError | None = None) -> Page:
    async with deps.database.transaction() as uow:
        left = await recovery_codes_left(uow, owner.session_id)
    return owner_page(owner, "recovery_codes.html", {"left": left}, error)
