"""HTTP of the firm settings area: for the firm's administrators (R5); its staff see the logo."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from service_kit.db import UoW
from service_kit.errors import FieldError, Invalid, PreconditionFailed, PreconditionRequired
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.problems import problem_openapi, problem_responses

from dossier_service.deps import DepsDep, DossierDeps
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS
from dossier_service.edge.routing import router as make_router
from dossier_service.firms.events import policy_of
from dossier_service.firms.settings import service
from dossier_service.firms.settings.schemas import SettingsOut, SettingsPatch
from dossier_service.firms.settings.service import Settings

router = make_router("firm settings")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_LOGO_IN = {"requestBody": {"required": True, "content": {"image/png": _BINARY, "image/jpeg": _BINARY}}}
_LOGO_OUT: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": _BINARY}, "description": "The logo"}}
_TOO_LARGE: dict[int | str, dict[str, Any]] = {413: problem_openapi("The body is larger than the service reads.")}


@router.get("/firms/{firm_id}/settings", responses=problem_responses(*READS))
async def read_settings(firm_id: UUID, caller: SignedIn, uow: UoW, deps: DepsDep, response: Response) -> SettingsOut:
    """The firm's policy."""
    return _shown(await service.read(uow, caller.account_id, firm_id), deps, response)


@router.patch(
    "/firms/{firm_id}/settings", responses=problem_responses(*READS, PreconditionFailed, PreconditionRequired)
)
async def change_settings(
    firm_id: UUID,
    body: SettingsPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
) -> SettingsOut:
    """Changes the firm's policy; offers and mails from now on follow it."""
    settings = await service.change(
        uow, caller.account_id, firm_id, body.values(), lambda version: require_match(if_match, version)
    )
    return _shown(settings, deps, response)


@router.put(
    "/firms/{firm_id}/logo",
    status_code=204,
    responses={**_TOO_LARGE, **problem_responses(*READS)},
    openapi_extra=_LOGO_IN,
)
async def put_logo(firm_id: UUID, caller: SignedIn, uow: UoW, request: Request) -> None:
    """Keeps a PNG or JPEG of at most 200 kB as a PNG of at most 400 by 120."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in {"image/png", "image/jpeg"}:
        detail = "Send the image itself, as image/png or image/jpeg."
        field = FieldError("Content-Type", "logo_not_an_image", detail, "R5")
        raise Invalid("logo_not_an_image", detail, rule="R5", fields=(field,))
    await service.put_logo(uow, caller.account_id, firm_id, await request.body())


@router.get("/firms/{firm_id}/logo", response_class=Response, responses={**_LOGO_OUT, **problem_responses(*READS)})
async def read_logo(firm_id: UUID, caller: SignedIn, uow: UoW) -> Response:
    """The logo as it stands in mails."""
    return Response(await service.logo(uow, caller.account_id, firm_id), media_type="image/png")


@router.delete("/firms/{firm_id}/logo", status_code=204, responses=problem_responses(*READS))
async def drop_logo(firm_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Removes the logo."""
    await service.drop_logo(uow, caller.account_id, firm_id)


def _shown(settings: Settings, deps: DossierDeps, response: Response) -> SettingsOut:
    shown = SettingsOut.of(settings, policy_of(settings.firm, deps.policy.ladder))
    response.headers["ETag"] = shown.etag
    return shown
