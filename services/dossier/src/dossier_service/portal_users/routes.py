"""HTTP of the portal users area: for administrators, and for accountants about people of their own dossiers (I11)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from service_kit.db import UnitOfWork, UoW
from service_kit.http.auth import Caller
from service_kit.http.pages import Page, PageParams, page_of
from service_kit.http.problems import problem_responses

from dossier_service.deps import DepsDep, DossierDeps
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.routing import READS, WRITES, position
from dossier_service.edge.routing import router as make_router
from dossier_service.portal_users import service
from dossier_service.portal_users.domain import PortalUserState
from dossier_service.portal_users.schemas import (
    DeactivationIn,
    PortalUserDecisionOut,
    PortalUserOut,
    ReactivationIn,
)
from dossier_service.sending.answers import PLANNED, DryRun, planned
from dossier_service.sending.service import plan

router = make_router("portal users")

StateFilter = Annotated[PortalUserState | None, Query(description="Only those who are let in, or kept out")]


@router.get("/firms/{firm_id}/portal-users", responses=problem_responses(*READS))
async def list_portal_users(
    firm_id: UUID, caller: SignedIn, uow: UoW, page: PageParams, state: StateFilter = None
) -> Page[PortalUserOut]:
    """Accounts with live grants at the firm: all for administrators, those of their own dossiers for accountants."""
    lines = await service.page(uow, caller.account_id, firm_id, state, position(page), page.limit + 1)
    return page_of(lines, page.limit, key=lambda line: (line.account_id,), item=PortalUserOut.of)


@router.get("/firms/{firm_id}/portal-users/{account_id}", responses=problem_responses(*READS))
async def read_portal_user(firm_id: UUID, account_id: UUID, caller: SignedIn, uow: UoW) -> PortalUserOut:
    """One account as the firm sees it."""
    return PortalUserOut.of(await service.one(uow, caller.account_id, firm_id, account_id))


@router.post(
    "/firms/{firm_id}/portal-users/{account_id}/deactivation",
    response_model=PortalUserDecisionOut,
    responses={**PLANNED, **problem_responses(*WRITES)},
)
async def deactivate_portal_user(
    firm_id: UUID,
    account_id: UUID,
    body: DeactivationIn,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    dry_run: DryRun = False,
) -> PortalUserDecisionOut | Response:
    """Keeps the account out of the firm's dossiers at once; holders by an administrator only (A5, I11)."""
    user = await service.deactivate(uow, caller.account_id, firm_id, account_id, body.reason)
    return await _planned(uow, deps, caller) if dry_run else PortalUserDecisionOut.of(user)


@router.post(
    "/firms/{firm_id}/portal-users/{account_id}/reactivation",
    response_model=PortalUserDecisionOut,
    responses={**PLANNED, **problem_responses(*WRITES)},
)
async def reactivate_portal_user(
    firm_id: UUID,
    account_id: UUID,
    caller: SignedIn,
    uow: UoW,
    deps: DepsDep,
    body: ReactivationIn | None = None,
    dry_run: DryRun = False,
) -> PortalUserDecisionOut | Response:
    """Lets the account in again with its grants as they are (I11)."""
    reason = body.reason or None if body else None
    user = await service.reactivate(uow, caller.account_id, firm_id, account_id, reason)
    return await _planned(uow, deps, caller) if dry_run else PortalUserDecisionOut.of(user)


async def _planned(uow: UnitOfWork, deps: DossierDeps, caller: Caller) -> Response:
    return planned(await plan(uow, deps.policy.ladder, caller.account_id))
