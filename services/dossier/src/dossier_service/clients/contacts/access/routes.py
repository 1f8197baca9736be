"""HTTP of a contact's access: for the dossier's manager (A1, K2).

Sending the sign-in information again and withdrawing are those of every grant: `grants/{id}/resend`, `/withdraw`.
"""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.problems import problem_responses

from dossier_service.clients.contacts.access import form, service
from dossier_service.clients.contacts.access.form import Access
from dossier_service.clients.contacts.access.schemas import AccessIn, AccessOut, AccessPatch
from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import PLANNED, DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("contacts")
_PATH = "/dossiers/{dossier_id}/contacts/{contact_id}/access"


@router.get(_PATH, responses=problem_responses(*READS))
async def read_access(dossier_id: UUID, contact_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> AccessOut:
    """The form with what is proposed; once access was given, the access with its mails and limits (K2)."""
    return _shown(dossier_id, await form.read(uow, caller.account_id, dossier_id, contact_id), response)


@router.post(
    _PATH,
    status_code=201,
    response_model=AccessOut,
    responses={**problem_responses(*WRITES, RateLimited), **PLANNED},
)
async def give_access(
    dossier_id: UUID,
    contact_id: UUID,
    body: AccessIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    dry_run: DryRun = False,
) -> AccessOut | Response:
    """Saves and sends: who has no account is invited with the user code, who has one is told (I1, K2)."""
    access = await service.give(uow, caller.account_id, dossier_id, contact_id, body.command(), deps.policy)
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(dossier_id, access, response)


@router.patch(_PATH, response_model=AccessOut | SendingPlan, responses=problem_responses(*EDITS))
async def change_access(
    dossier_id: UUID,
    contact_id: UUID,
    body: AccessPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> AccessOut | Response:
    """Changes right and limits of a live access; they count with the next request (A9)."""
    access = await service.change(
        uow,
        caller.account_id,
        dossier_id,
        contact_id,
        body.chosen_right(),
        body.limits(),
        body.user_name,
        lambda version: require_match(if_match, version),
    )
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(dossier_id, access, response)


def _shown(dossier_id: UUID, access: Access, response: Response) -> AccessOut:
    shown = AccessOut.of(dossier_id, access)
    if shown.etag is not None:
        response.headers["ETag"] = shown.etag
    return shown
