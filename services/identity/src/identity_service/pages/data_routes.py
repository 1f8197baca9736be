"""The owner's data: a copy to take along, and erasure after being asked for the password (I13)."""

import json
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from service_kit.db import UoW
from service_kit.errors import Conflict, DomainError, Invalid, RateLimited, Unavailable

from identity_service.deps import CallerDevice, DepsDep
from identity_service.owner.erasure import erase
from identity_service.owner.export import export
from identity_service.pages.browser import LONGEST_PASSWORD, OwnForm, clear_cookie, see_other
from identity_service.pages.owner import Owner, OwnerDep, OwnerRoute, owner_page
from identity_service.pages.rendering import HEADERS, RENDERER, Page

router = APIRouter(prefix="/account/data", route_class=OwnerRoute, include_in_schema=False)


@router.get("")
async def data_page(request: Request, owner: OwnerDep) -> HTMLResponse:
    """Both, side by side: whoever erases may want the copy first."""
    return RENDERER.answer(request, owner_page(owner, "data.html", {}))


@router.get("/export")
async def download(owner: OwnerDep, uow: UoW) -> Response:
    """Everything, as a file."""
    data = (await export(uow, owner.session_id)).model_dump(mode="json")
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(json.dumps(data, ensure_ascii=False, indent=2), 200, headers, "application/json")


@router.get("/erasure")
async def ask_erasure(request: Request, owner: OwnerDep) -> HTMLResponse:
    """Asks for the password; looking erases nothing."""
    return RENDERER.answer(request, _erasure_page(owner))


@router.post("/erasure")
async def take_erasure(
    request: Request,
    owner: OwnerDep,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    password: Annotated[str, Form()] = "",
) -> Response:
    """Erases the account, or says why that is not possible yet."""
    try:
        await erase(deps, owner.session_id, password[:LONGEST_PASSWORD], device)
    except (Invalid, Conflict, RateLimited, Unavailable) as error:
        return RENDERER.answer(request, _erasure_page(owner, error))
    response = see_other(request, "/sign-in", done="erased")
    clear_cookie(response, deps)
    return response


def _erasure_page(owner: Owner, error: DomainError | None = None) -> Page:
    return owner_page(owner, "erasure.html", {}, error)
