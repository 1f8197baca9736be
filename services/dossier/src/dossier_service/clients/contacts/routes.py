"""HTTP of the contacts area: for the staff who see the client (K1, A14)."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.errors import RateLimited
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.clients.contacts import service
from dossier_service.clients.contacts.schemas import ContactIn, ContactOut, ContactPatch
from dossier_service.clients.contacts.tables import Contact
from dossier_service.deps import DepsDep
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.sending.answers import DryRun, planned
from dossier_service.sending.schemas import SendingPlan
from dossier_service.sending.service import plan

router = make_router("contacts")
_ALL = "/firms/{firm_id}/clients/{client_id}/contacts"
_ONE = _ALL + "/{contact_id}"


@router.post(_ALL, status_code=201, responses=problem_responses(*WRITES))
async def add_contact(
    firm_id: UUID, client_id: UUID, body: ContactIn, caller: SignedIn, uow: UoW, response: Response
) -> ContactOut:
    """Keeps a new contact of a client company; nobody is invited by it (K1)."""
    return _shown(await service.add(uow, caller.account_id, firm_id, client_id, body.values()), response)


@router.get(_ALL, responses=problem_responses(*READS))
async def list_contacts(
    firm_id: UUID, client_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[ContactOut]:
    """The client's contacts, oldest first."""
    contacts = await service.page(uow, caller.account_id, firm_id, client_id, position(page), page.limit + 1)
    return page_of(contacts, page.limit, key=lambda contact: (contact.id,), item=ContactOut.of)


@router.get(_ONE, responses=problem_responses(*READS))
async def read_contact(
    firm_id: UUID, client_id: UUID, contact_id: UUID, caller: SignedIn, uow: UoW, response: Response
) -> ContactOut:
    """One contact."""
    return _shown(await service.one(uow, caller.account_id, firm_id, client_id, contact_id), response)


@router.patch(_ONE, response_model=ContactOut | SendingPlan, responses=problem_responses(*EDITS, RateLimited))
async def change_contact(
    firm_id: UUID,
    client_id: UUID,
    contact_id: UUID,
    body: ContactPatch,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> ContactOut | Response:
    """Changes a contact; name, address, numbers and language of one who holds a grant are the manager's (A7).

    A corrected address or number moves an offer that waits (I9); an account's owner is asked instead.
    """
    contact = await service.change(
        uow,
        caller.account_id,
        firm_id,
        client_id,
        contact_id,
        body.command(),
        lambda version: require_match(if_match, version),
        deps.policy,
    )
    if dry_run:
        return planned(await plan(uow, deps.policy.ladder, caller.account_id))
    return _shown(contact, response)


@router.delete(_ONE, status_code=204, responses=problem_responses(*WRITES))
async def remove_contact(firm_id: UUID, client_id: UUID, contact_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Takes a contact without a live grant off the client's list."""
    await service.remove(uow, caller.account_id, firm_id, client_id, contact_id)


def _shown(contact: Contact, response: Response) -> ContactOut:
    shown = ContactOut.of(contact)
    response.headers["ETag"] = shown.etag
    return shown
