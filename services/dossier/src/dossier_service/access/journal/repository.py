"""Queries of the journal: adding rows and reading a dossier's pages, newest first. Nothing here changes a row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from service_kit.context import current_context
from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from sqlalchemy import or_
from sqlmodel import col, select

from dossier_service.access.journal.domain import Actor, Entry, Fact
from dossier_service.access.journal.tables import JournalEntry


def add(uow: UnitOfWork, actor: Actor, fact: Fact, at: datetime) -> None:
    """Queues one entry; it is written with the transaction that did what it tells."""
    uow.insert(
        JournalEntry,
        {
            "id": new_id(),
            "at": at,
            "firm_id": fact.firm_id,
            "dossier_id": fact.dossier_id,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "action": fact.action,
            "subject_kind": fact.subject_kind,
            "subject_id": fact.subject_id,
            "rule": fact.rule,
            "reason": fact.reason,
            "details": _plain(fact.details),
            "correlation_id": current_context().correlation_id,
        },
    )


def _plain(details: Mapping[str, object]) -> dict[str, object]:
    return {name: str(value) for name, value in details.items() if value is not None}


async def page(
    uow: UnitOfWork,
    dossier_id: UUID,
    before: UUID | None,
    limit: int,
    *,
    beginning: Collection[str] | None = None,
    but: Collection[str] = (),
) -> Sequence[Entry]:
    """At most `limit` entries of a dossier, newest first, older than `before`.

    `beginning`: actions that begin so only, and of these none that is in `but`.
    """
    query = select(JournalEntry).where(col(JournalEntry.dossier_id) == dossier_id)
    if before is not None:
        query = query.where(col(JournalEntry.id) < before)
    if beginning is not None:
        action = col(JournalEntry.action)
        query = query.where(or_(*(action.startswith(one, autoescape=True) for one in beginning)), action.not_in(but))
    rows = (await uow.session.execute(query.order_by(col(JournalEntry.id).desc()).limit(limit))).scalars()
    return [_entry(row) for row in rows]


def _entry(row: JournalEntry) -> Entry:
    return Entry(**{field.name: getattr(row, field.name) for field in fields(Entry)})
