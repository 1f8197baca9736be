"""HTTP of the explaining area."""

from uuid import UUID

from service_kit.db import UoW
from service_kit.http.pages import Page, PageParams, encode_cursor
from service_kit.http.problems import problem_responses

from dossier_service.access.explain import service
from dossier_service.access.explain.schemas import At, OpenedDossier, WhoOut, opened_dossiers
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, position
from dossier_service.edge.routing import router as make_router

router = make_router("explaining")


@router.get("/dossiers/{dossier_id}/access", responses=problem_responses(*READS))
async def who_opens(dossier_id: UUID, caller: SignedIn, uow: UoW, at: At = None) -> WhoOut:
    """Who can open this dossier, or could at a past moment, since when and by whose hand (A11).

    For its manager and team; its holders are told everybody too, without accounts and networks (A12).
    """
    moment, openers = await service.who_opens(uow, caller.account_id, dossier_id, at)
    return WhoOut.of(dossier_id, moment, openers)


@router.get("/firms/{firm_id}/accounts/{account_id}/access", responses=problem_responses(*READS))
async def what_opens(
    firm_id: UUID, account_id: UUID, caller: SignedIn, uow: UoW, page: PageParams, at: At = None
) -> Page[OpenedDossier]:
    """What a person can open at the firm: all for an administrator, their own dossiers for an accountant (A11).

    Asked about the past, a page may hold fewer than `limit` and still have a `next`.
    """
    found = await service.what_opens(uow, caller.account_id, firm_id, account_id, at, position(page), page.limit)
    return _page(found)


@router.get("/my/access")
async def what_i_open(caller: SignedIn, uow: UoW, page: PageParams, at: At = None) -> Page[OpenedDossier]:
    """What the caller can open in any firm, or could; now also whether it opens from where they are (A9, A11)."""
    return _page(await service.what_i_open(uow, caller.account_id, at, position(page), page.limit))


def _page(found: service.OpenedPage) -> Page[OpenedDossier]:
    after = encode_cursor(found.after) if found.after is not None else None
    return Page(items=opened_dossiers(found.opened), next=after)
