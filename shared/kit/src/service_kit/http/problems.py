"""RFC 9457 problems: every refusal has the same shape, names its code and rule, and leaks nothing."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from service_kit.context import current_context
from service_kit.errors import DomainError, FieldError, Kind, Related

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:dossier-access:problem:"
STATUS_OF_KIND: Mapping[Kind, int] = {
    "not_found": 404,
    "conflict": 409,
    "forbidden": 403,
    "invalid": 422,
    "gone": 410,
    "unauthenticated": 401,
    "rate_limited": 429,
    "precondition_failed": 412,
    "precondition_required": 428,
    "unavailable": 503,
}


class FieldProblem(BaseModel):
    """One field and the rule it breaks."""

    field: str
    code: str
    detail: str
    rule: str | None = None


class RelatedProblem(BaseModel):
    """Something that stands in the way; the caller may see it."""

    kind: str = Field(examples=["dossier"])
    id: UUID
    name: str


class Problem(BaseModel):
    """The body of every answer that is not a success."""

    type: str = Field(examples=[TYPE_PREFIX + "dossier_unknown"])
    title: str
    status: int
    code: str = Field(description="Stable; programs decide by it.")
    detail: str = Field(description="For people; may change.")
    correlation_id: str
    rule: str | None = Field(default=None, description="Number of the law that refused.", examples=["A5"])
    errors: list[FieldProblem] | None = None
    related: list[RelatedProblem] | None = Field(default=None, description="What stands in the way, by id and name.")


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    rule: str | None = None,
    fields: Sequence[FieldError] = (),
    related: Sequence[Related] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer; members without a value are left out."""
    errors = [FieldProblem(field=f.field, code=f.code, detail=f.detail, rule=f.rule) for f in fields]
    problem = Problem(
        type=TYPE_PREFIX + code,
        title=title_of(status),
        status=status,
        code=code,
        detail=detail,
        correlation_id=current_context().correlation_id,
        rule=rule,
        errors=errors or None,
        related=[RelatedProblem(kind=one.kind, id=one.id, name=one.name) for one in related] or None,
    )
    body = problem.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def title_of(status: int) -> str:
    """The status in words, in RFC 9110's spelling whatever Python's release says."""
    return {413: "Content Too Large", 422: "Unprocessable Content"}.get(status) or HTTPStatus(status).phrase


def note_problem(scope: Scope, code: str) -> None:
    """Leaves the code where the access log finds it: a refusal is one line, not an error."""
    scope.setdefault("state", {})["problem"] = code


async def on_domain_error(request: Request, error: Exception) -> Response:
    """Kind to status; `WWW-Authenticate` and `Retry-After` where HTTP wants them."""
    assert isinstance(error, DomainError)
    note_problem(request.scope, error.code)
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.kind == "unauthenticated":
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if error.code == "token_invalid" else "Bearer"
    status = STATUS_OF_KIND[error.kind]
    return problem_response(
        status,
        error.code,
        error.detail,
        rule=error.rule,
        fields=error.fields,
        related=error.related,
        headers=headers,
    )


async def on_validation_error(request: Request, error: Exception) -> Response:
    """Names each field and its rule; what was sent is never repeated, it may be a secret."""
    assert isinstance(error, RequestValidationError)
    note_problem(request.scope, "request_invalid")
    fields = [_field_error(item) for item in error.errors()]
    return problem_response(422, "request_invalid", "Some fields cannot be accepted.", fields=fields)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown path, method, body too large."""
    assert isinstance(error, HTTPException)
    title = title_of(error.status_code)
    code = title.lower().replace(" ", "_").replace("-", "_")
    note_problem(request.scope, code)
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    return problem_response(error.status_code, code, str(error.detail or title), headers=error.headers)


def field_error(code: str, detail: str, rule: str | None = None) -> PydanticCustomError:
    """For a validator of an input model: raise it, and the answer names field, code and rule."""
    # The text is passed as a parameter: it may hold braces, which pydantic would fill in.
    return PydanticCustomError(code, "{detail}", {"detail": detail, "rule": rule})


def _field_error(item: Mapping[str, Any]) -> FieldError:
    location = [str(part) for part in item["loc"]]
    name = ".".join(location[1:] if len(location) > 1 else location)
    return FieldError(name, str(item["type"]), str(item["msg"]), (item.get("ctx") or {}).get("rule"))


def problem_responses(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: which refusals it knows, in OpenAPI."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        responses[STATUS_OF_KIND[error.kind]] = problem_openapi((error.__doc__ or error.kind).partition("\n")[0])
    return responses


def problem_openapi(description: str) -> dict[str, Any]:
    """One response of OpenAPI that is a problem; the schema itself is added by `create_app`."""
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problem_schemas() -> dict[str, Any]:
    """`Problem` and what it refers to, for `components/schemas`."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}
