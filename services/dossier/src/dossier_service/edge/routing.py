"""What every route of the service shares: the path prefix, the refusals that are always possible, list positions."""

from uuid import UUID

from fastapi import APIRouter, Depends
from service_kit.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    Unavailable,
)
from service_kit.http.idempotency import IdempotentRoute
from service_kit.http.pages import PageRequest
from service_kit.http.problems import problem_responses

from dossier_service.edge.callers import open_session

PREFIX = "/api/dossier/v1"
READS: tuple[type[DomainError], ...] = (NotFound, Forbidden)
WRITES: tuple[type[DomainError], ...] = (NotFound, Forbidden, Conflict)
EDITS: tuple[type[DomainError], ...] = (*WRITES, PreconditionFailed, PreconditionRequired)


def router(tag: str) -> APIRouter:
    """A router whose POSTs honour Idempotency-Key."""
    return APIRouter(
        prefix=PREFIX,
        tags=[tag],
        route_class=IdempotentRoute,
        dependencies=[Depends(open_session)],
        responses=problem_responses(Unauthenticated, Forbidden, Unavailable),
    )


def position(page: PageRequest) -> UUID | None:
    """The id a page continues after."""
    after = page.after(UUID)
    return after[0] if after else None
