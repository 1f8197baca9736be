"""`?dry_run=true` on a route that sends: the parameter, the answer and how OpenAPI tells of them (M3)."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse

from dossier_service.sending.schemas import SendingPlan

DryRun = Annotated[bool, Query(description="Tells what would be sent, refuses what would be refused, and does nothing")]

PLANNED: dict[int | str, dict[str, Any]] = {
    200: {"model": SendingPlan, "description": "With `dry_run`: what would be sent"}
}
"""For `responses` of a route whose own success is another status than 200."""


def planned(plan: SendingPlan) -> JSONResponse:
    """The plan as the whole answer, whatever the route answers otherwise."""
    return JSONResponse(plan.model_dump(mode="json"))
