"""Use cases of the branches area: administrators open, rename and close them; to a closed one nothing new belongs (A9).

Branches change under the firm's lock, so that two requests never take names that look alike.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.errors import Conflict, FieldError, Invalid
from service_kit.ids import new_id

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.edge.refusals import unknown
from dossier_service.firms.branches import repository
from dossier_service.firms.branches.domain import RULE, is_taken, why_not_belong
from dossier_service.firms.branches.tables import Branch
from dossier_service.firms.service import member_of, run_firm


async def add(uow: UnitOfWork, account_id: UUID, firm_id: UUID, name: str) -> Branch:
    """A new branch, open."""
    firm, _ = await run_firm(uow, account_id, firm_id)
    await _check_name(uow, firm.id, name)
    branch = Branch(id=new_id(), firm_id=firm.id, name=name, created_at=await uow.now())
    uow.session.add(branch)
    await _write_down(uow, account_id, branch, "branch_added")
    return branch


async def page(uow: UnitOfWork, account_id: UUID, firm_id: UUID, after: UUID | None, limit: int) -> Sequence[Branch]:
    """The firm's branches, for its staff."""
    await member_of(uow, account_id, firm_id)
    return await repository.page(uow, firm_id, after, limit)


async def one(uow: UnitOfWork, account_id: UUID, firm_id: UUID, branch_id: UUID) -> Branch:
    """A branch, for the firm's staff."""
    await member_of(uow, account_id, firm_id)
    return await _known(uow, firm_id, branch_id)


async def rename(
    uow: UnitOfWork,
    account_id: UUID,
    firm_id: UUID,
    branch_id: UUID,
    name: str,
    check_version: Callable[[int], None],
) -> Branch:
    """Another name, or the same in another spelling."""
    await run_firm(uow, account_id, firm_id)
    branch = await _known(uow, firm_id, branch_id)
    check_version(branch.version)
    if name != branch.name:
        await _check_name(uow, firm_id, name, but=branch.id)
        branch.name, branch.version = name, branch.version + 1
        await _write_down(uow, account_id, branch, "branch_renamed")
    return branch


async def close(uow: UnitOfWork, account_id: UUID, firm_id: UUID, branch_id: UUID) -> Branch:
    """From now on nothing new belongs to the branch; what belongs to it stays. Once more changes nothing."""
    await run_firm(uow, account_id, firm_id)
    branch = await _known(uow, firm_id, branch_id)
    if branch.closed_at is None:
        branch.closed_at, branch.version = await uow.now(), branch.version + 1
        await _write_down(uow, account_id, branch, "branch_closed")
    return branch


async def reopen(uow: UnitOfWork, account_id: UUID, firm_id: UUID, branch_id: UUID) -> Branch:
    """Takes new limits and records again. Once more changes nothing."""
    await run_firm(uow, account_id, firm_id)
    branch = await _known(uow, firm_id, branch_id)
    if branch.closed_at is not None:
        branch.closed_at, branch.version = None, branch.version + 1
        await _write_down(uow, account_id, branch, "branch_reopened")
    return branch


async def open_branch(uow: UnitOfWork, firm_id: UUID, branch_id: UUID, *, field: str = "branch_id") -> Branch:
    """The firm's branch to which something new is to belong; it stays open until the end of the transaction.

    Invalid names the field: of an unknown branch and of another firm's in the same words (A13), and of a closed one.
    """
    branch = await repository.keep_open(uow, firm_id, branch_id)
    is_closed = branch is not None and branch.closed_at is not None
    error = why_not_belong(known=branch is not None, closed=is_closed, field=field)
    if branch is None or error is not None:
        assert error is not None  # an unknown one is never right
        raise Invalid(error.code, error.detail, rule=error.rule, fields=(error,))
    return branch


async def _known(uow: UnitOfWork, firm_id: UUID, branch_id: UUID) -> Branch:
    branch = await repository.branch_in(uow, firm_id, branch_id)
    if branch is None:
        raise unknown()
    return branch


async def _check_name(uow: UnitOfWork, firm_id: UUID, name: str, *, but: UUID | None = None) -> None:
    if is_taken(name, await repository.names(uow, firm_id, but=but)):
        detail = "The firm has a branch of this name, or of one that looks like it."
        raise Conflict(
            "branch_name_taken", detail, rule=RULE, fields=(FieldError("name", "branch_name_taken", detail, RULE),)
        )


async def _write_down(uow: UnitOfWork, account_id: UUID, branch: Branch, action: str) -> None:
    await uow.session.flush()
    fact = Fact(action, branch.firm_id, "branch", branch.id, RULE)
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
