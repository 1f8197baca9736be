"""HTTP of the advisers area."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep
from dossier_service.dossiers.advisers import service
from dossier_service.dossiers.advisers.schemas import AdviserIn, AdviserOut, AdviserPatch, Advisers
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("advisers")


@router.post("/dossiers/{dossier_id}/advisers", status_code=201, responses=problem_responses(*WRITES))
async def register_adviser(
    dossier_id: UUID, body: AdviserIn, caller: SignedIn, uow: UoW, response: Response
) -> AdviserOut:
    """Registers an outside adviser (manager, A6); access is offered to their id afterwards, like to anybody's."""
    return _shown(await service.register(uow, caller.account_id, dossier_id, body.command()), response)


@router.get("/dossiers/{dossier_id}/advisers", responses=problem_responses(*READS))
async def list_advisers(dossier_id: UUID, caller: SignedIn, uow: UoW) -> Advisers:
    """The registered advisers, for staff and holders; holders see no contact data."""
    standing, advisers = await service.advisers_of(uow, caller.account_id, dossier_id)
    return Advisers(items=tuple(AdviserOut.of(one, with_contact=standing.is_staff) for one in advisers))


@router.patch(
    "/dossiers/{dossier_id}/advisers/{person_id}",
    response_model=AdviserOut | SendingPlan,
    responses=problem_responses(*EDITS, RateLimited),
)
async def change_adviser(
    dossier_id: UUID,
    person_id: UUID,
    body: AdviserPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> AdviserOut | Response:
    """Changes an adviser (manager); a corrected address or phone moves an offer that waits (I9)."""
    adviser = await service.change(
        uow,
        caller.account_id,
        dossier_id,
        person_id,
        body.command(),
        lambda version: require_match(if_match, version),
        deps.policy,
    )
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(adviser, response)


@router.delete("/dossiers/{dossier_id}/advisers/{person_id}", status_code=204, responses=problem_responses(*WRITES))
async def remove_adviser(dossier_id: UUID, person_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Takes an adviser without a live grant out of the dossier (manager)."""
    await service.remove(uow, caller.account_id, dossier_id, person_id)


def _shown(adviser: Person, response: Response) -> AdviserOut:
    shown = AdviserOut.of(adviser, with_contact=True)
    response.headers["ETag"] = shown.etag
    return shown
