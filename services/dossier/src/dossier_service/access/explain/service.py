"""Use cases of the explaining area: who opens a dossier, what a person opens, now or at a past date (A11, A12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from service_kit.context import current_context
from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Invalid

from dossier_service.access.domain import why_not_explain
from dossier_service.access.explain import domain as law
from dossier_service.access.explain import repository
from dossier_service.access.explain.domain import Openers
from dossier_service.access.explain.repository import Asked, CandidateRow
from dossier_service.access.service import standing_in
from dossier_service.edge.refusals import require, unknown
from dossier_service.firms.domain import may_run_firm
from dossier_service.firms.service import member_of


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """Dossiers of one page with how the account opens each; `after` continues it, empty on the last page."""

    opened: Sequence[tuple[CandidateRow, Openers]]
    after: UUID | None


async def who_opens(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, at: datetime | None
) -> tuple[datetime, Openers]:
    """Who can open a dossier, or could; for its manager and team, and with less detail for its holders (A11, A12)."""
    standing = await standing_in(uow, account_id, dossier_id)
    require(why_not_explain(standing))
    found = await _openers(uow, [dossier_id], at, None)
    openers = found[dossier_id]
    return at or await uow.now(), openers if standing.is_staff else law.shown_outside(openers)


async def what_opens(
    uow: UnitOfWork, caller_id: UUID, firm_id: UUID, who: UUID, at: datetime | None, after: UUID | None, limit: int
) -> OpenedPage:
    """What a person can open at a firm: all for an administrator, an accountant's own dossiers (A11, A14).

    Somebody who never had anything to do with these is unknown (A13).
    """
    caller = await member_of(uow, caller_id, firm_id)
    member = None if may_run_firm(caller.role) else caller.id
    if not await repository.is_known(uow, firm_id, who, member):
        raise unknown()
    return await _page(uow, Asked(who, firm_id, member), at, after, limit)


async def what_i_open(
    uow: UnitOfWork, account_id: UUID, at: datetime | None, after: UUID | None, limit: int
) -> OpenedPage:
    """What the caller can open in any firm; now also whether it opens from where they are (A9)."""
    page = await _page(uow, Asked(account_id), at, after, limit)
    address = current_context().client_address if at is None else None
    return replace(page, opened=[(row, _own(openers, at, address)) for row, openers in page.opened])


def _own(openers: Openers, at: datetime | None, address: str | None) -> Openers:
    if at is not None:
        return replace(openers, outside=tuple(replace(one, networks=None) for one in openers.outside))
    return replace(openers, outside=tuple(law.from_here(one, address) for one in openers.outside))


async def _page(uow: UnitOfWork, asked: Asked, at: datetime | None, after: UUID | None, limit: int) -> OpenedPage:
    """A page of candidates, without those that were not open: with a past date it may hold fewer than `limit`."""
    await _check_past(uow, at)
    rows = await repository.candidates(uow, asked, past=at is not None, after=after, limit=limit + 1)
    shown = rows[:limit]
    found = await _openers(uow, [row.id for row in shown], at, asked.account_id)
    opened = [(row, found[row.id]) for row in shown if found[row.id].staff or found[row.id].outside]
    return OpenedPage(opened, shown[-1].id if len(rows) > limit else None)


async def _openers(
    uow: UnitOfWork, dossier_ids: Sequence[UUID], at: datetime | None, account_id: UUID | None
) -> Mapping[UUID, Openers]:
    await _check_past(uow, at)
    if at is None:
        return await repository.openers_now(uow, dossier_ids, account_id)
    return await repository.openers_at(uow, dossier_ids, at, account_id)


async def _check_past(uow: UnitOfWork, at: datetime | None) -> None:
    if at is not None and at > await uow.now():
        detail = "The journal tells of the past: this moment is still to come."
        raise Invalid("at_in_future", detail, rule="A11", fields=(FieldError("at", "at_in_future", detail, "A11"),))
