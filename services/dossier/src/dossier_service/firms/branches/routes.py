"""HTTP of the branches area: administrators open, rename and close them; every member of the staff sees them (A9)."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.firms.branches import service
from dossier_service.firms.branches.schemas import BranchIn, BranchOut
from dossier_service.firms.branches.tables import Branch

router = make_router("branches")
_ALL = "/firms/{firm_id}/branches"
_ONE = _ALL + "/{branch_id}"


@router.post(_ALL, status_code=201, responses=problem_responses(*WRITES))
async def add_branch(firm_id: UUID, body: BranchIn, caller: SignedIn, uow: UoW, response: Response) -> BranchOut:
    """Opens a branch (administrators). Its name differs from the others' in more than case and look-alikes."""
    return _shown(await service.add(uow, caller.account_id, firm_id, body.name), response)


@router.get(_ALL, responses=problem_responses(*READS))
async def list_branches(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[BranchOut]:
    """The firm's branches, open and closed, oldest first."""
    branches = await service.page(uow, caller.account_id, firm_id, position(page), page.limit + 1)
    return page_of(branches, page.limit, key=lambda branch: (branch.id,), item=BranchOut.of)


@router.get(_ONE, responses=problem_responses(*READS))
async def read_branch(firm_id: UUID, branch_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> BranchOut:
    """One branch."""
    return _shown(await service.one(uow, caller.account_id, firm_id, branch_id), response)


@router.patch(_ONE, responses=problem_responses(*EDITS))
async def rename_branch(
    firm_id: UUID,
    branch_id: UUID,
    body: BranchIn,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> BranchOut:
    """Gives a branch another name (administrators)."""
    branch = await service.rename(
        uow, caller.account_id, firm_id, branch_id, body.name, lambda version: require_match(if_match, version)
    )
    return _shown(branch, response)


@router.post(_ONE + "/close", responses=problem_responses(*WRITES))
async def close_branch(firm_id: UUID, branch_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> BranchOut:
    """Takes no new limits and records from now on; those that are there stay (administrators)."""
    return _shown(await service.close(uow, caller.account_id, firm_id, branch_id), response)


@router.post(_ONE + "/reopen", responses=problem_responses(*WRITES))
async def reopen_branch(firm_id: UUID, branch_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> BranchOut:
    """Takes new limits and records again (administrators)."""
    return _shown(await service.reopen(uow, caller.account_id, firm_id, branch_id), response)


def _shown(branch: Branch, response: Response) -> BranchOut:
    shown = BranchOut.of(branch)
    response.headers["ETag"] = shown.etag
    return shown
