"""The page for signing in without the phone: a recovery code in place of the text message's (I13)."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from service_kit.errors import Invalid, RateLimited, Unauthenticated, Unavailable

from identity_service.deps import CallerDevice, DepsDep
from identity_service.pages.browser import OwnForm, see_other
from identity_service.pages.sign_in_routes import LONGEST_CODE, Challenge, challenge_id, code_form, enter
from identity_service.recovery.sign_in import enter_recovery_code
from identity_service.sessions.service import SessionKind

router = APIRouter(prefix="/sign-in/recovery-code", include_in_schema=False)
_TEMPLATE = "recovery_code.html"


@router.get("")
async def recovery_page(request: Request, challenge: Challenge = "") -> Response:
    """The form."""
    return code_form(request, _TEMPLATE, challenge)


@router.post("")
async def take_recovery_code(
    request: Request,
    deps: DepsDep,
    device: CallerDevice,
    _own: OwnForm,
    challenge: Challenge = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Signs in and uses the recovery code up, or asks again."""
    begun = challenge_id(challenge)
    if begun is None:
        return see_other(request, "/sign-in")
    try:
        result = await enter_recovery_code(deps, begun, code[:LONGEST_CODE], SessionKind.BROWSER, device)
    except (Invalid, Unauthenticated, RateLimited, Unavailable) as error:
        return code_form(request, _TEMPLATE, challenge, error)
    return enter(request, deps, result)
