"""HTTP of the dossiers area."""

from uuid import UUID

from service_kit.db import UoW
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.dossiers import service
from dossier_service.dossiers.schemas import DossierIn, DossierLine, DossierOut, HandoverIn, MyDossier
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, WRITES, position
from dossier_service.edge.routing import router as make_router

router = make_router("dossiers")


@router.post("/firms/{firm_id}/dossiers", status_code=201, responses=problem_responses(*WRITES))
async def open_dossier(firm_id: UUID, body: DossierIn, caller: SignedIn, uow: UoW) -> DossierOut:
    """Opens a dossier for a client; the caller manages it unless another is named."""
    return DossierOut.of(await service.open_dossier(uow, caller.account_id, firm_id, body.command()))


@router.get("/firms/{firm_id}/dossiers", responses=problem_responses(*READS))
async def list_dossiers(firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[DossierLine]:
    """The firm's dossiers the caller has a place in; administrators see that all exist."""
    rows = await service.firm_page(uow, caller.account_id, firm_id, position(page), page.limit + 1)
    return page_of(rows, page.limit, key=lambda row: (row[0].id,), item=DossierLine.of)


@router.get("/my/dossiers")
async def my_dossiers(caller: SignedIn, uow: UoW, page: PageParams) -> Page[MyDossier]:
    """Every dossier the caller may open, in any firm, as staff or with a grant."""
    rows, standings = await service.my_page(uow, caller.account_id, position(page), page.limit + 1)
    shown = page_of(
        rows, page.limit, key=lambda row: (row.id,), item=lambda row: MyDossier.of(row, standings.get(row.id))
    )
    return Page(items=[item for item in shown.items if item is not None], next=shown.next)


@router.get("/dossiers/{dossier_id}", responses=problem_responses(*READS))
async def read_dossier(dossier_id: UUID, caller: SignedIn, uow: UoW) -> DossierOut:
    """The dossier's cover."""
    return DossierOut.of(await service.cover(uow, caller.account_id, dossier_id))


@router.put("/dossiers/{dossier_id}/team/{membership_id}", status_code=204, responses=problem_responses(*READS))
async def add_to_team(dossier_id: UUID, membership_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Adds a colleague to the team (manager, A14)."""
    await service.add_to_team(uow, caller.account_id, dossier_id, membership_id)


@router.delete("/dossiers/{dossier_id}/team/{membership_id}", status_code=204, responses=problem_responses(*READS))
async def remove_from_team(dossier_id: UUID, membership_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Removes a colleague from the team (manager, A14)."""
    await service.remove_from_team(uow, caller.account_id, dossier_id, membership_id)


@router.put("/dossiers/{dossier_id}/manager", status_code=204, responses=problem_responses(*READS))
async def hand_over(dossier_id: UUID, body: HandoverIn, caller: SignedIn, uow: UoW) -> None:
    """Names another manager (manager or administrator, A1); the reason is journaled."""
    await service.hand_over(uow, caller.account_id, dossier_id, body.membership_id, body.reason)
