"""HTTP of the publications area."""

from typing import Any
from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.plans.publications import service
from dossier_service.plans.publications.schemas import PublicationIn, PublicationOut, PublishedOut, skipped
from dossier_service.plans.routes import PLAN
from dossier_service.sending.answers import DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("plans")
_UNCHANGED_OR_PLANNED: dict[int | str, dict[str, Any]] = {
    200: {
        "model": PublishedOut | SendingPlan,
        "description": "Everybody chosen had this version before; with `dry_run`: what would be sent",
    }
}


@router.post(
    PLAN + "/publications",
    status_code=201,
    response_model=PublishedOut,
    responses={**problem_responses(*WRITES), **_UNCHANGED_OR_PLANNED},
)
async def publish_plan(
    dossier_id: UUID,
    plan_id: UUID,
    body: PublicationIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    dry_run: DryRun = False,
) -> PublishedOut | Response:
    """Publishes a version to chosen people; who has joined is told by a mail, others read it when they join (P2)."""
    published = await service.publish(uow, caller.account_id, dossier_id, plan_id, body.wish())
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id, tuple(skipped(published))))
    if not published.made:
        response.status_code = 200
    return PublishedOut.after(published)


@router.get(PLAN + "/publications", responses=problem_responses(*READS))
async def read_publications(
    dossier_id: UUID, plan_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[PublicationOut]:
    """What was published to whom, newest first; for staff."""
    found = await service.page(uow, caller.account_id, dossier_id, plan_id, position(page), page.limit + 1)
    return page_of(found, page.limit, key=lambda one: (one.id,), item=PublicationOut.of)
