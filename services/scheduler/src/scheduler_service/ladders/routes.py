"""HTTP of ladders: reading them, for other systems only; nobody arms or stops a ladder by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from service_kit.db import UoW
from service_kit.errors import Forbidden, Unauthenticated
from service_kit.http import Page, PageParams, page_of, problem_responses
from service_kit.http.auth import CurrentSystem

from scheduler_service.ladders import service
from scheduler_service.ladders.schemas import LadderOut, ladder_out

router = APIRouter(prefix="/api/scheduler/v1", tags=["ladders"])


@router.get("/ladders", responses=problem_responses(Unauthenticated, Forbidden))
async def ladders(
    uow: UoW,
    page: PageParams,
    _caller: CurrentSystem,
    subject_id: Annotated[UUID, Query(description="Whose ladders, for example an account")],
) -> Page[LadderOut]:
    """The ladders of one subject, oldest first. A subject without ladders has an empty list."""
    after = page.after(UUID)
    rows, steps = await service.ladders_page(uow, subject_id, after[0] if after else None, page.limit)
    return page_of(rows, page.limit, key=lambda row: (row.id,), item=lambda row: ladder_out(row, steps[row.id]))
