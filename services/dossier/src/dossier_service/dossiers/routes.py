"""HTTP of the dossiers area."""

from uuid import UUID

from fastapi import Response
from service_kit.db import UoW
from service_kit.http.etags import IfMatch, require_match
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.dossiers import service
from dossier_service.dossiers.schemas import DossierIn, DossierLine, DossierOut, DossierPatch, MyDossier
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import EDITS, READS, WRITES, position
from dossier_service.edge.routing import router as make_router

router = make_router("dossiers")


@router.post("/firms/{firm_id}/dossiers", status_code=201, responses=problem_responses(*WRITES))
async def open_dossier(firm_id: UUID, body: DossierIn, caller: SignedIn, uow: UoW, response: Response) -> DossierOut:
    """Opens a dossier for a client; the caller manages it unless another is named."""
    cover = await service.open_dossier(uow, caller.account_id, firm_id, body.command())
    return DossierOut.shown(cover, response)


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
async def read_dossier(dossier_id: UUID, caller: SignedIn, uow: UoW, response: Response) -> DossierOut:
    """The dossier's cover: the sections there are for the caller, and whether it is closed."""
    return DossierOut.shown(await service.cover(uow, caller.account_id, dossier_id), response)


@router.patch("/dossiers/{dossier_id}", responses=problem_responses(*EDITS))
async def change_dossier(
    dossier_id: UUID, body: DossierPatch, caller: SignedIn, uow: UoW, response: Response, if_match: IfMatch = None
) -> DossierOut:
    """Changes the name, or the modules that exist for outside parties (manager, P1); what is left out is gone (A8)."""
    cover = await service.change(
        uow,
        caller.account_id,
        dossier_id,
        body.new_name(),
        body.new_modules(),
        lambda version: require_match(if_match, version),
    )
    return DossierOut.shown(cover, response)


@router.put("/dossiers/{dossier_id}/team/{membership_id}", status_code=204, responses=problem_responses(*READS))
async def add_to_team(dossier_id: UUID, membership_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Adds a colleague to the team (manager, A14)."""
    await service.add_to_team(uow, caller.account_id, dossier_id, membership_id)


@router.delete("/dossiers/{dossier_id}/team/{membership_id}", status_code=204, responses=problem_responses(*READS))
async def remove_from_team(dossier_id: UUID, membership_id: UUID, caller: SignedIn, uow: UoW) -> None:
    """Removes a colleague from the team (manager, A14)."""
    await service.remove_from_team(uow, caller.account_id, dossier_id, membership_id)
