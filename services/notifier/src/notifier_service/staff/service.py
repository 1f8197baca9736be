"""Use cases of staff: whether a caller may see or do something of a firm (A13, A14)."""

from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.errors import Forbidden, NotFound

from notifier_service.staff import repository
from notifier_service.staff.domain import StaffRole, may_run_mails


async def require_staff(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> StaffRole:
    """The caller's role in the firm's active staff; for everybody else the firm is unknown (A13)."""
    role = await repository.role_in(uow, account_id, firm_id)
    if role is None:
        raise NotFound("not_found", "Nothing with this id is known here.", rule="A13")
    return role


async def require_administrator(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> None:
    """Passes administrators of the firm; other staff are told that it is not for them (A14)."""
    if not may_run_mails(await require_staff(uow, account_id, firm_id)):
        raise Forbidden("administrators_only", "Only administrators of the firm may do this.", rule="A14")
