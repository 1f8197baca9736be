"""The owner's e-mail address and phone: shown, and changed once a code sent to the new one was entered (I9)."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.errors import Conflict, DomainError, Invalid, NotFound, RateLimited, Unavailable

from identity_service.contact_changes.domain import ContactKind
from identity_service.contact_changes.service import (
    ChangeBegun,
    begin_contact_change,
    begun_change,
    confirm_contact_change,
)
from identity_service.deps import CallerDevice, DepsDep, IdentityDeps
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, see_other
from identity_service.pages.owner import Owner, OwnerDep, OwnerRoute, owner_page
from identity_service.pages.rendering import RENDERER, Page, problems_of

router = APIRouter(prefix="/account/contact", route_class=OwnerRoute, include_in_schema=False)
_LONGEST_VALUE = 400
_REFUSED = (Invalid, Conflict, RateLimited, Unavailable)


@router.get("")
async def contact(request: Request, owner: OwnerDep) -> HTMLResponse:
    """Both as they are, with a form for each."""
    return RENDERER.answer(request, _contact_page(owner))


@router.post("")
async def take_contact(
    request: Request,
    owner: OwnerDep,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    kind: Annotated[ContactKind, Form()],
    value: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Sends a code to the new address or number; nothing changes yet."""
    value = value[:_LONGEST_VALUE]
    try:
        begun = await begin_contact_change(deps, owner.session_id, kind, value, password[:LONGEST_PASSWORD], device)
    except _REFUSED as error:
        return RENDERER.answer(request, _contact_page(owner, kind, value, error))
    return see_other(request, f"/account/contact/{begun.change_id}")


@router.get("/{change_id:uuid}")
async def confirm(request: Request, owner: OwnerDep, deps: DepsDep, change_id: UUID) -> Response:
    """The form for the code."""
    begun = await _begun(deps, owner, change_id)
    if begun is None:
        return see_other(request, "/account/contact")
    return RENDERER.answer(request, _confirm_page(owner, begun))


@router.post("/{change_id:uuid}")
async def take_confirmation(
    request: Request,
    owner: OwnerDep,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    change_id: UUID,
    code: Annotated[str, Form()] = "",
) -> Response:
    """The new one counts, or what was wrong with the code."""
    begun = await _begun(deps, owner, change_id)
    if begun is None:
        return see_other(request, "/account/contact")
    try:
        await confirm_contact_change(deps, owner.session_id, change_id, code[:20], device)
    except _REFUSED as error:
        return RENDERER.answer(request, _confirm_page(owner, begun, error))
    return see_other(request, "/account/contact", done=begun.kind.value)


async def _begun(deps: IdentityDeps, owner: Owner, change_id: UUID) -> ChangeBegun | None:
    try:
        async with deps.database.transaction() as uow:
            return await begun_change(uow, owner.session_id, change_id)
    except NotFound:
        return None


def _contact_page(
    owner: Owner, kind: ContactKind | None = None, value: str = "", error: DomainError | None = None
) -> Page:
    """Two forms on one page: what was typed, and what was wrong, goes back to the one that was sent."""
    typed = {each.value: value if each is kind else "" for each in ContactKind}
    values = {"email_now": owner.account.email, "phone_now": owner.account.phone, "typed": typed}
    page = owner_page(owner, "contact.html", values, error, says=("email", "phone"))
    fields = {"value": f"{kind}", "password": f"{kind}-password"}
    problems = [{**each, "field": fields.get(each["field"], "")} for each in problems_of(error)]
    return replace(page, values={**page.values, "problems": problems})


def _confirm_page(owner: Owner, begun: ChangeBegun, error: DomainError | None = None) -> Page:
    values = {"change_id": begun.change_id, "where": begun.value, "expires_at": begun.expires_at}
    return owner_page(owner, "confirm.html", values, error)
