"""Queries of the branches area."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlmodel import col, select

from dossier_service.firms.branches.tables import Branch


async def branch_in(uow: UnitOfWork, firm_id: UUID, branch_id: UUID) -> Branch | None:
    """A branch of this firm, open or closed; fresh."""
    query = select(Branch).where(col(Branch.id) == branch_id, col(Branch.firm_id) == firm_id)
    return (await uow.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def keep_open(uow: UnitOfWork, firm_id: UUID, branch_id: UUID) -> Branch | None:
    """The same, and until the end of the transaction nobody closes it."""
    query = select(Branch).where(col(Branch.id) == branch_id, col(Branch.firm_id) == firm_id)
    query = query.with_for_update(read=True).execution_options(populate_existing=True)
    return (await uow.session.execute(query)).scalar_one_or_none()


async def names(uow: UnitOfWork, firm_id: UUID, *, but: UUID | None = None) -> Sequence[str]:
    """The names of a firm's branches, the closed ones among them; without that of one."""
    query = select(Branch.name).where(col(Branch.firm_id) == firm_id)
    if but is not None:
        query = query.where(col(Branch.id) != but)
    return (await uow.session.execute(query)).scalars().all()


async def page(uow: UnitOfWork, firm_id: UUID, after: UUID | None, limit: int) -> Sequence[Branch]:
    """At most `limit` branches of a firm, oldest first, after `after`."""
    query = select(Branch).where(col(Branch.firm_id) == firm_id)
    if after is not None:
        query = query.where(col(Branch.id) > after)
    return (await uow.session.execute(query.order_by(col(Branch.id)).limit(limit))).scalars().all()
