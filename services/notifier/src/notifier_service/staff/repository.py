"""Upserts and the one query of staff places: newest word wins, whatever order the words come in."""

from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.http.ended_sessions import EndedSessions
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from notifier_service.staff.domain import StaffRole
from notifier_service.staff.tables import EndedSession, StaffMember

ENDED_SESSIONS = EndedSessions(EndedSession)


async def keep_place(
    uow: UnitOfWork,
    membership_id: UUID,
    firm_id: UUID,
    account_id: UUID | None,
    role: StaffRole | None,
    sequence: int,
) -> None:
    """Keeps the newest word on a place; a removed one stays, without role, for words that come late."""
    statement = insert(StaffMember).values(
        membership_id=membership_id, firm_id=firm_id, account_id=account_id, role=role, sequence=sequence
    )
    new = statement.excluded
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["membership_id"],
            set_={"account_id": new.account_id, "role": new.role, "sequence": new.sequence},
            where=col(StaffMember.sequence) < new.sequence,
        )
    )


async def role_in(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> StaffRole | None:
    """An account's role in a firm's active staff; the administrator's when there are two."""
    query = (
        select(StaffMember.role)
        .where(
            col(StaffMember.account_id) == account_id,
            col(StaffMember.firm_id) == firm_id,
            col(StaffMember.role).is_not(None),
        )
        .order_by(col(StaffMember.role).desc())
        .limit(1)
    )
    return (await uow.session.execute(query)).scalar_one_or_none()
