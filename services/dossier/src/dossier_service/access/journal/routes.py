"""HTTP of the journal."""

from uuid import UUID

from service_kit.db import UoW
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.access.journal import service
from dossier_service.access.journal.schemas import EntryOut
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, position
from dossier_service.edge.routing import router as make_router

router = make_router("journal")


@router.get("/dossiers/{dossier_id}/journal", responses=problem_responses(*READS))
async def read_journal(dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> Page[EntryOut]:
    """What happened on the dossier, newest first, for its manager and team (A11); for its holders, their part (A12)."""
    entries = await service.page(uow, caller.account_id, dossier_id, position(page), page.limit + 1)
    return page_of(entries, page.limit, key=lambda entry: (entry.id,), item=EntryOut.of)
