"""HTTP of the plans area."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.access.domain import Standing
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.plans import service
from dossier_service.plans.repository import Shown
from dossier_service.plans.schemas import ComparedOut, PlanIn, PlanItem, PlanOut, VersionOut

router = make_router("plans")
SECTION = "/dossiers/{dossier_id}/sections/plans"
PLAN = SECTION + "/plans/{plan_id}"

_LARGEST = 2**31 - 1
Version = Annotated[int, Path(ge=1, le=_LARGEST)]
WantedVersion = Annotated[int, Query(ge=1, le=_LARGEST)]


@router.get(SECTION, responses=problem_responses(*READS))
async def read_plans(dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[PlanItem]:
    """The plans, oldest first: staff see all, others those of which a version was published to them (A7)."""
    standing, plans = await service.page(uow, caller.account_id, dossier_id, position(page), page.limit + 1)
    return page_of(plans, page.limit, key=lambda plan: (plan.id,), item=lambda plan: PlanItem.of(plan, standing))


@router.post(SECTION + "/plans", status_code=201, responses=problem_responses(*WRITES))
async def create_plan(dossier_id: UUID, body: PlanIn, caller: SignedIn, uow: UoW, response: Response) -> PlanOut:
    """Writes a plan's first version; nobody outside reads it before it is published to them (P2)."""
    return _shown(*await service.create(uow, caller.account_id, dossier_id, body.draft()), response)


@router.get(PLAN, responses=problem_responses(*READS))
async def read_plan(
    dossier_id: UUID,
    plan_id: UUID,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    version: WantedVersion | None = None,
) -> PlanOut:
    """One version: the newest that the caller reads, unless one is named."""
    return _shown(*await service.read(uow, caller.account_id, dossier_id, plan_id, version), response)


@router.put(PLAN, responses=problem_responses(*EDITS))
async def write_plan(
    dossier_id: UUID,
    plan_id: UUID,
    body: PlanIn,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> PlanOut:
    """Writes the next version; the ETag is that of the newest. The same once more makes no version."""
    written = await service.write(
        uow,
        caller.account_id,
        dossier_id,
        plan_id,
        body.draft(),
        lambda version: require_match(if_match, version),
    )
    return _shown(*written, response)


@router.get(PLAN + "/versions", responses=problem_responses(*READS))
async def read_versions(
    dossier_id: UUID, plan_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[VersionOut]:
    """The versions that the caller reads, newest first, without their contents."""
    after = page.after(_version)
    standing, versions = await service.versions(
        uow, caller.account_id, dossier_id, plan_id, after[0] if after else None, page.limit + 1
    )
    return page_of(versions, page.limit, key=lambda one: (one.version,), item=lambda one: VersionOut.of(one, standing))


@router.get(PLAN + "/versions/{version}/difference", responses=problem_responses(*READS))
async def read_difference(
    dossier_id: UUID, plan_id: UUID, version: Version, to: WantedVersion, caller: SignedIn, uow: UoW
) -> ComparedOut:
    """Where two versions differ, in words and as JSON Pointers."""
    return ComparedOut.of(await service.compare(uow, caller.account_id, dossier_id, plan_id, version, to))


def _version(value: object) -> int:
    """A version in a cursor, which anybody may have written."""
    version = int(str(value))
    if not 1 <= version <= _LARGEST:
        raise ValueError("no version has this number")
    return version


def _shown(standing: Standing, shown: Shown, response: Response) -> PlanOut:
    plan = PlanOut.of(shown, standing)
    response.headers["ETag"] = plan.etag
    return plan
