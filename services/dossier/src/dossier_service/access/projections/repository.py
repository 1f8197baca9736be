"""Upserts of what other services said: by subject, newest wins, whether or not the subject was known before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.identity import AccountState
from service_kit.db import UnitOfWork
from service_kit.http.ended_sessions import EndedSessions
from sqlalchemy import and_, case, func, or_, tuple_, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import col

from dossier_service.access.projections.domain import InvitationState, KnownAccountState
from dossier_service.access.projections.tables import (
    EndedSession,
    KnownAccount,
    KnownInvitation,
    LastMail,
    NextReminder,
)

ENDED_SESSIONS = EndedSessions(EndedSession)

UNDELIVERABLE = """(coalesce(l.permanent, false)
    OR coalesce(a.undeliverable_at > coalesce(a.delivered_at, '-infinity'), false))"""
"""Whether mails about a grant come back (M5): `l` is its outcome in `last_mail`, `a` its `known_account`."""


async def keep_account(
    uow: UnitOfWork, account_id: UUID, state: AccountState, user_name: str, *, phone_verified: bool = False
) -> KnownAccountState:
    """Keeps what is known of an account and locks its row; returns that. No state is ever left for an earlier one.

    Everything that activates goes through this lock first, so a link and an activation never miss each other.
    """
    statement = insert(KnownAccount).values(
        account_id=account_id, state=state, user_name=user_name, phone_verified=phone_verified
    )
    new = statement.excluded
    known = col(KnownAccount.state)
    is_later = or_(known == AccountState.ERASED, and_(known == AccountState.ACTIVE, new.state == AccountState.PENDING))
    statement = statement.on_conflict_do_update(
        index_elements=["account_id"],
        set_={
            "state": case((is_later, known), else_=new.state),
            "user_name": case((is_later, col(KnownAccount.user_name)), else_=new.user_name),
            "phone_verified": or_(col(KnownAccount.phone_verified), new.phone_verified),
        },
    )
    return await _known(uow, statement)


async def keep_verified_phone(uow: UnitOfWork, account_id: UUID) -> KnownAccountState:
    """Keeps that an account's phone is verified and locks its row; it may be the first that is heard of the account."""
    statement = insert(KnownAccount).values(
        account_id=account_id, state=AccountState.PENDING, user_name="", phone_verified=True
    )
    return await _known(
        uow, statement.on_conflict_do_update(index_elements=["account_id"], set_={"phone_verified": True})
    )


async def _known(uow: UnitOfWork, upsert: Insert) -> KnownAccountState:
    result = await uow.session.execute(upsert.returning(col(KnownAccount.state), col(KnownAccount.phone_verified)))
    state, phone_verified = result.one()
    return KnownAccountState(AccountState(state), phone_verified)


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


async def keep_expiry(uow: UnitOfWork, invitation_id: UUID, heard_at: datetime, sequence: int) -> bool:
    """Keeps that an invitation expired; when it did is known from its mails. False when a newer word was heard."""
    statement = insert(KnownInvitation).values(
        invitation_id=invitation_id, state=InvitationState.EXPIRED, expires_at=heard_at, sequence=sequence
    )
    new = statement.excluded
    expires_at = func.least(func.coalesce(col(KnownInvitation.expires_at), new.expires_at), new.expires_at)
    kept = await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["invitation_id"],
            set_={"state": new.state, "sequence": new.sequence, "expires_at": expires_at},
            where=col(KnownInvitation.sequence) < new.sequence,
        ).returning(col(KnownInvitation.invitation_id))
    )
    return kept.first() is not None


async def keep_mails(uow: UnitOfWork, rows: list[dict[str, Any]]) -> frozenset[UUID]:
    """Keeps the newest mail of a slot for each offer it was about; returns the offers for which this was news."""
    if not rows:
        return frozenset()
    statement = insert(LastMail).values(sorted(rows, key=lambda row: str(row["offer_id"])))
    new = statement.excluded
    kept = await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["offer_id", "slot"],
            set_={name: getattr(new, name) for name in rows[0] if name not in {"offer_id", "slot"}},
            where=tuple_(col(LastMail.at), col(LastMail.sequence)) < tuple_(new.at, new.sequence),
        ).returning(col(LastMail.offer_id))
    )
    return frozenset(kept.scalars())


async def keep_reachable(uow: UnitOfWork, account_id: UUID, column: str, at: datetime) -> bool:
    """Keeps when a mail to the account's own address was last taken, or failed for good; tells whether it was known."""
    known = getattr(KnownAccount, column)
    changed = await uow.session.execute(
        update(KnownAccount)
        .where(col(KnownAccount.account_id) == account_id, or_(known.is_(None), known < at))
        .values({column: at})
        .returning(col(KnownAccount.account_id))
    )
    return changed.first() is not None


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
