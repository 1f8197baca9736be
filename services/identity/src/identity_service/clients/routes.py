"""Tokens for other systems."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from service_kit.db import UoW
from service_kit.errors import Unauthenticated
from service_kit.http import problem_responses

from identity_service.clients.schemas import ClientCredentials, SystemToken
from identity_service.clients.service import token_for_client
from identity_service.deps import DepsDep

router = APIRouter(prefix="/api/identity/v1/tokens", tags=["clients"])

_SCHEMA = ClientCredentials.model_json_schema()
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": _SCHEMA} for kind in ("application/json", "application/x-www-form-urlencoded")},
    }
}


async def form_or_json(request: Request) -> ClientCredentials:
    """The body in either form; what cannot be read names its fields and never repeats a value."""
    try:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return ClientCredentials.model_validate(dict(await request.form()))
        return ClientCredentials.model_validate_json(await request.body())
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in details]) from None


@router.post("/client-credentials", responses=problem_responses(Unauthenticated), openapi_extra=_BODY)
async def client_credentials(
    credentials: Annotated[ClientCredentials, Depends(form_or_json)], uow: UoW, deps: DepsDep
) -> SystemToken:
    """A token of kind `system` for a client's id and secret."""
    token = await token_for_client(uow, deps, credentials.client_id, credentials.client_secret)
    return SystemToken(access_token=token.text, expires_in=token.expires_in)
