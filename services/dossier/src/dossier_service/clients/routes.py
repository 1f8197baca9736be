"""HTTP of the clients area."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.clients import service
from dossier_service.clients.schemas import ClientIn, ClientOut, ClientPatch, version_out
from dossier_service.clients.tables import Client
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.records.schemas import VersionOut, version_before

router = make_router("clients")
_ONE = "/firms/{firm_id}/clients/{client_id}"


@router.post("/firms/{firm_id}/clients", status_code=201, responses=problem_responses(*WRITES))
async def create_client(firm_id: UUID, body: ClientIn, caller: SignedIn, uow: UoW, response: Response) -> ClientOut:
    """Keeps a new client; nobody is invited by it (C4)."""
    return _shown(await service.create_client(uow, caller.account_id, firm_id, body.command()), response)


@router.get("/firms/{firm_id}/clients", responses=problem_responses(*READS))
async def list_clients(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[ClientOut]:
    """The clients the caller has to do with (A14)."""
    clients = await service.clients_page(uow, caller.account_id, firm_id, position(page), page.limit + 1)
    return page_of(clients, page.limit, key=lambda client: (client.id,), item=ClientOut.of_staff)


@router.get(_ONE, responses=problem_responses(*READS))
async def read_client(firm_id: UUID, client_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> ClientOut:
    """A client the caller has to do with (A14)."""
    return _shown(await service.read_client(uow, caller.account_id, firm_id, client_id), response)


@router.patch(_ONE, responses=problem_responses(*EDITS))
async def change_client(
    firm_id: UUID,
    client_id: UUID,
    body: ClientPatch,
    caller: SignedIn,
    uow: UoW,
    response: Response,
    if_match: IfMatch = None,
) -> ClientOut:
    """Changes fields of a client's record; another code renames nobody (I3)."""
    client = await service.change_client(
        uow,
        caller.account_id,
        firm_id,
        client_id,
        body.sent(),
        lambda version: require_match(if_match, version),
    )
    return _shown(client, response)


@router.get(_ONE + "/history", responses=problem_responses(*READS))
async def read_history(
    firm_id: UUID, client_id: UUID, caller: SignedIn, uow: UoW, page: PageParams
) -> Page[VersionOut]:
    """Who left the client's record how, newest first."""
    versions = await service.history(uow, caller.account_id, firm_id, client_id, version_before(page), page.limit + 1)
    return page_of(
        versions,
        page.limit,
        key=lambda version: (version.version,),
        item=lambda version: version_out(version, for_staff=True),
    )


def _shown(client: Client, response: Response) -> ClientOut:
    shown = ClientOut.of_staff(client)
    response.headers["ETag"] = shown.etag
    return shown
