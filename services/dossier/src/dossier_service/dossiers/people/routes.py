"""HTTP of the people area."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.problems import problem_responses

from dossier_service.access.domain import Standing
from dossier_service.deps import DepsDep
from dossier_service.dossiers.people import service
from dossier_service.dossiers.people.schemas import DeathIn, PersonIn, PersonOut, PersonPatch
from dossier_service.dossiers.people.tables import Person
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("people")


@router.post("/dossiers/{dossier_id}/people", status_code=201, responses=problem_responses(*WRITES))
async def add_person(dossier_id: UUID, body: PersonIn, caller: SignedIn, uow: UoW, response: Response) -> PersonOut:
    """Enters somebody into the tree; nobody gets a right by it."""
    standing, person = await service.add_person(uow, caller.account_id, dossier_id, body.command())
    return _shown(standing, person, response)


@router.patch(
    "/dossiers/{dossier_id}/people/{person_id}",
    response_model=PersonOut | SendingPlan,
    responses=problem_responses(*EDITS, RateLimited),
)
async def change_person(
    dossier_id: UUID,
    person_id: UUID,
    body: PersonPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> PersonOut | Response:
    """Changes a person; of one who holds a grant, role and contact data are the manager's to change (A7).

    A corrected address or phone moves an offer that waits (I9); an account's owner is asked instead.
    """
    standing, person = await service.change_person(
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
    return _shown(standing, person, response)


@router.delete("/dossiers/{dossier_id}/people/{person_id}", status_code=204, responses=problem_responses(*WRITES))
async def remove_person(dossier_id: UUID, person_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Takes a person without a grant out of the tree."""
    await service.remove_person(uow, caller.account_id, dossier_id, person_id)


@router.put("/dossiers/{dossier_id}/people/{person_id}/death", responses=problem_responses(*WRITES))
async def record_death(
    dossier_id: UUID, person_id: UUID, body: DeathIn, caller: SignedIn, uow: UoW, response: Response
) -> PersonOut:
    """Records a death (manager): the grant stays and opens nothing, and nothing more is mailed to the person (A5)."""
    standing, person = await service.record_death(uow, caller.account_id, dossier_id, person_id, body.deceased_on)
    return _shown(standing, person, response)


@router.delete("/dossiers/{dossier_id}/people/{person_id}/death", responses=problem_responses(*WRITES))
async def take_death_back(
    dossier_id: UUID, person_id: UUID, caller: SignedIn, uow: UoW, response: Response
) -> PersonOut:
    """Takes back a death that was recorded by mistake (manager): what the grant opened, it opens again."""
    standing, person = await service.take_death_back(uow, caller.account_id, dossier_id, person_id)
    return _shown(standing, person, response)


def _shown(standing: Standing, person: Person, response: Response) -> PersonOut:
    shown = PersonOut.of(person, with_contact=standing.is_staff)
    response.headers["ETag"] = shown.etag
    return shown
