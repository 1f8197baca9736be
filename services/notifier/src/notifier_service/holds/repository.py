"""Statements of holds: begin, end, mark what waits, list it."""

from collections.abc import Sequence
from uuid import UUID

from service_kit.clock import app_now
from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from sqlalchemy import ColumnElement, func, select, text, update
from sqlmodel import col
from sqlmodel import select as models

from notifier_service.holds.tables import MailHold
from notifier_service.messages.domain import WAITING_STATES, Lane
from notifier_service.messages.tables import WAITING, Message

# One batch of the caretaker's: small enough to commit soon, and it comes back at once for more.
MARKED_AT_ONCE = 500

# Rows that somebody works on are passed over: they are marked next time, when they still wait.
_MARK = text(f"""
    WITH waiting AS (
        SELECT message_id FROM message
        WHERE lane = 'ordinary' AND {WAITING} AND held_at IS NULL
            AND (:everybody OR firm_id = ANY (CAST(:firms AS uuid[])))
        ORDER BY message_id LIMIT {MARKED_AT_ONCE} FOR UPDATE SKIP LOCKED
    )
    UPDATE message SET held_at = app_now() FROM waiting WHERE message.message_id = waiting.message_id
    RETURNING message.message_id
""")  # noqa: S608  # constants of this service

# What another hold concerns stays marked.
_UNMARK = text(f"""
    UPDATE message SET held_at = NULL
    WHERE {WAITING} AND held_at IS NOT NULL AND (CAST(:firm AS uuid) IS NULL OR firm_id = CAST(:firm AS uuid))
        AND NOT EXISTS (SELECT FROM mail_hold AS hold WHERE hold.released_at IS NULL
            AND (hold.firm_id IS NULL OR hold.firm_id = message.firm_id))
""")  # noqa: S608  # constants of this service


def _of(firm_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    firm = col(MailHold.firm_id).is_(None) if firm_id is None else col(MailHold.firm_id) == firm_id
    return (firm, col(MailHold.released_at).is_(None))


async def current(uow: UnitOfWork, firm_id: UUID | None) -> MailHold | None:
    """The hold of a firm, or of all mail for None."""
    return (await uow.session.scalars(models(MailHold).where(*_of(firm_id)))).one_or_none()


def begin(uow: UnitOfWork, firm_id: UUID | None, reason: str, by: str) -> None:
    """Holds from now on, unless it is held already."""
    row = {"id": new_id(), "firm_id": firm_id, "reason": reason, "held_by": by}
    uow.insert(MailHold, row, ignore_conflicts=True)


async def end(uow: UnitOfWork, firm_id: UUID | None, by: str) -> bool:
    """Releases, and frees what no other hold concerns. False when nothing was held.

    The update waits for whoever marks messages under this hold, so nothing stays marked behind it.
    """
    statement = update(MailHold).where(*_of(firm_id)).values(released_at=app_now(), released_by=by)
    released = (await uow.session.execute(statement.returning(col(MailHold.id)))).first()
    if released is None:
        return False
    await uow.session.execute(_UNMARK, {"firm": firm_id})
    return True


async def lock_holds(uow: UnitOfWork) -> Sequence[UUID | None]:
    """The firms whose mail is held, None for all mail; locked, so that no release overtakes what is done next."""
    query = select(col(MailHold.firm_id)).where(col(MailHold.released_at).is_(None)).with_for_update(read=True)
    return (await uow.session.execute(query)).scalars().all()


async def mark(uow: UnitOfWork, holds: Sequence[UUID | None]) -> Sequence[Message]:
    """Marks waiting messages that are held and were not told so yet; returns them."""
    firms = [firm for firm in holds if firm is not None]
    marked = await uow.session.execute(_MARK, {"everybody": None in holds, "firms": firms})
    ids = sorted(marked.scalars().all())
    query = models(Message).where(col(Message.message_id).in_(ids)).order_by(col(Message.message_id))
    return (await uow.session.scalars(query)).all() if ids else ()


async def waiting_page(uow: UnitOfWork, firm_id: UUID, after: UUID | None, limit: int) -> Sequence[Message]:
    """Ordinary messages of a firm that wait, oldest first."""
    query = models(Message).where(
        col(Message.firm_id) == firm_id,
        col(Message.lane) == Lane.ORDINARY,
        col(Message.state).in_(sorted(WAITING_STATES)),
    )
    if after is not None:
        query = query.where(col(Message.message_id) > after)
    return (await uow.session.scalars(query.order_by(col(Message.message_id)).limit(limit))).all()


async def waiting_count(uow: UnitOfWork) -> int:
    """How many ordinary messages wait, of all firms."""
    query = select(func.count()).where(
        col(Message.lane) == Lane.ORDINARY, col(Message.state).in_(sorted(WAITING_STATES))
    )
    return int((await uow.session.execute(query)).scalar_one())
