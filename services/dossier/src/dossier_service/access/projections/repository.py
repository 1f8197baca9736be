"""Upserts of what other services said: by subject, newest wins, whether or not the subject was known before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.identity import AccountState
from service_kit.clock import app_now
from service_kit.db import UnitOfWork
from sqlalchemy import case, delete, or_, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from dossier_service.access.projections.domain import InvitationState
from dossier_service.access.projections.tables import (
    EndedSession,
    KnownAccount,
    KnownInvitation,
    LastMail,
    NextReminder,
)


async def keep_account(uow: UnitOfWork, account_id: UUID, state: AccountState, user_name: str) -> AccountState:
    """Keeps what is known of an account and locks its row; returns its state. Active never becomes pending again.

    Everything that activates goes through this lock first, so a link and an activation never miss each other.
    """
    statement = insert(KnownAccount).values(account_id=account_id, state=state, user_name=user_name)
    new = statement.excluded
    known_active = col(KnownAccount.state) == AccountState.ACTIVE
    statement = statement.on_conflict_do_update(
        index_elements=["account_id"],
        set_={
            "state": case((known_active, col(KnownAccount.state)), else_=new.state),
            "user_name": case((known_active, col(KnownAccount.user_name)), else_=new.user_name),
        },
    )
    result = await uow.session.execute(statement.returning(col(KnownAccount.state)))
    return AccountState(result.scalar_one())


async def keep_invitation(
    uow: UnitOfWork, invitation_id: UUID, state: InvitationState, expires_at: datetime | None, sequence: int
) -> None:
    """Keeps an invitation's newest state."""
    statement = insert(KnownInvitation).values(
        invitation_id=invitation_id, state=state, expires_at=expires_at, sequence=sequence
    )
    new = statement.excluded
    values: dict[str, Any] = {"state": new.state, "sequence": new.sequence}
    if expires_at is not None:
        values["expires_at"] = new.expires_at
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["invitation_id"], set_=values, where=col(KnownInvitation.sequence) < new.sequence
        )
    )


async def keep_mails(uow: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    """Keeps the newest outcome of a mail for each offer it was about; one statement, offers in sorted order."""
    if not rows:
        return
    statement = insert(LastMail).values(sorted(rows, key=lambda row: str(row["offer_id"])))
    new = statement.excluded
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["offer_id"],
            set_={name: getattr(new, name) for name in rows[0] if name != "offer_id"},
            where=tuple_(col(LastMail.at), col(LastMail.sequence)) < tuple_(new.at, new.sequence),
        )
    )


async def keep_reminder(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, epoch: int, due_at: datetime | None, sequence: int
) -> None:
    """Keeps the newest word on the newest ladder of an account and firm."""
    statement = insert(NextReminder).values(
        account_id=account_id, firm_id=firm_id, epoch=epoch, due_at=due_at, sequence=sequence
    )
    new = statement.excluded
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "firm_id"],
            set_={"epoch": new.epoch, "due_at": new.due_at, "sequence": new.sequence},
            where=or_(
                col(NextReminder.epoch) < new.epoch,
                (col(NextReminder.epoch) == new.epoch) & (col(NextReminder.sequence) < new.sequence),
            ),
        )
    )


def keep_ended_session(uow: UnitOfWork, session_id: UUID, tokens_expire_at: datetime) -> None:
    """Keeps that a session ended; it ends once."""
    row = {"session_id": session_id, "tokens_expire_at": tokens_expire_at}
    uow.insert(EndedSession, row, ignore_conflicts=True)


async def has_ended(uow: UnitOfWork, session_id: UUID) -> bool:
    """Whether identity ended this session."""
    query = select(EndedSession.session_id).where(col(EndedSession.session_id) == session_id)
    return (await uow.session.execute(query)).first() is not None


async def forget_expired_sessions(uow: UnitOfWork) -> None:
    """Drops sessions whose last token expired: the token itself is refused then."""
    await uow.session.execute(delete(EndedSession).where(col(EndedSession.tokens_expire_at) < app_now()))
