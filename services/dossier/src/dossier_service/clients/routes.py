"""HTTP of the clients area."""

from uuid import UUID

from service_kit.db import UoW
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.clients import service
from dossier_service.clients.schemas import ClientIn, ClientOut
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, WRITES, position
from dossier_service.edge.routing import router as make_router

router = make_router("clients")


@router.post("/firms/{firm_id}/clients", status_code=201, responses=problem_responses(*WRITES))
async def create_client(firm_id: UUID, body: ClientIn, caller: SignedIn, uow: UoW) -> ClientOut:
    """Keeps a new client; nobody is invited by it (C4)."""
    return ClientOut.of(await service.create_client(uow, caller.account_id, firm_id, body.command()))


@router.get("/firms/{firm_id}/clients", responses=problem_responses(*READS))
async def list_clients(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[ClientOut]:
    """The clients the caller has to do with (A14)."""
    clients = await service.clients_page(uow, caller.account_id, firm_id, position(page), page.limit + 1)
    return page_of(clients, page.limit, key=lambda client: (client.id,), item=ClientOut.of)
