"""HTTP of the family structure."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams
from service_kit.http.problems import problem_responses

from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS
from dossier_service.edge.routing import router as make_router
from dossier_service.records.family import service
from dossier_service.records.family.schemas import FamilyStructureIn, FamilyStructureOut
from dossier_service.records.schemas import VersionOut, version_before, versions_page

router = make_router("records")
_FAMILY = "/dossiers/{dossier_id}/sections/family-structure"


@router.get(_FAMILY, responses=problem_responses(*READS))
async def read_family_structure(dossier_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> FamilyStructureOut:
    """The family tree and what is noted beside it."""
    shown = FamilyStructureOut.of(await service.read(uow, caller.account_id, dossier_id))
    response.headers["ETag"] = shown.etag
    return shown


@router.put(_FAMILY, responses=problem_responses(*EDITS))
async def write_family_structure(
    dossier_id: UUID,
    body: FamilyStructureIn,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> FamilyStructureOut:
    """Replaces what is noted about the family."""
    family = await service.write(
        uow, caller.account_id, dossier_id, body.notes(), lambda version: require_match(if_match, version)
    )
    shown = FamilyStructureOut.of(family)
    response.headers["ETag"] = shown.etag
    return shown


@router.get(_FAMILY + "/history", responses=problem_responses(*READS))
async def read_family_structure_history(
    dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[VersionOut]:
    """What was noted about the family before, newest first."""
    found = await service.history(uow, caller.account_id, dossier_id, version_before(page), page.limit + 1)
    return versions_page(*found, page.limit)
