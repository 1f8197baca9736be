"""Every statement of the delivery side: claim, settle, rescue, sweep; each one round trip for any number of mails."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import ARRAY, DateTime, Integer, Text, TextClause, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TextualSelect

from notifier_service.deliveries.domain import AttemptResult, Decision, Progress
from notifier_service.messages.domain import (
    FINAL_STATES,
    Channel,
    Lane,
    MessageState,
    Template,
    move,
    reduced_recipient,
)
from notifier_service.messages.tables import WAITING


@dataclass(frozen=True, slots=True)
class Job:
    """A message in somebody's hands: all that is needed to send it and to say what became of it."""

    message_id: UUID
    lane: Lane
    channel: Channel
    template: Template
    language: str
    recipient: str
    parameters: dict[str, Any]
    sealed: dict[str, Any] | None
    firm_id: UUID | None
    account_id: UUID | None
    invitation_id: UUID | None
    offer_ids: tuple[UUID, ...]
    ladder: dict[str, Any] | None
    policy: dict[str, Any] | None
    expires_at: datetime | None
    created_at: datetime
    attempt_number: int
    counted: int
    uncertain: int
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    unwanted: str | None
    now: datetime

    @property
    def progress(self) -> Progress:
        return Progress(self.attempt_number, self.counted, self.uncertain)

    def __repr__(self) -> str:
        """Only the id: logs and tracebacks show nobody's name or address."""
        return f"Job({self.message_id})"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one attempt came to."""

    job: Job
    result: AttemptResult
    decision: Decision


_JOB_COLUMNS: dict[str, Any] = {
    "message_id": Uuid,
    "lane": Text,
    "channel": Text,
    "template": Text,
    "language": Text,
    "recipient": Text,
    "parameters": JSONB,
    "sealed": JSONB,
    "firm_id": Uuid,
    "account_id": Uuid,
    "invitation_id": Uuid,
    "offer_ids": ARRAY(Uuid),
    "ladder": JSONB,
    "policy": JSONB,
    "expires_at": DateTime(timezone=True),
    "created_at": DateTime(timezone=True),
    "attempt_number": Integer,
    "counted": Integer,
    "uncertain": Integer,
    "correlation_id": Text,
    "causation_id": Text,
    "traceparent": Text,
}
_PLAIN = ", ".join(_JOB_COLUMNS)


def _jobs(statement: TextClause) -> TextualSelect:
    return statement.columns(**_JOB_COLUMNS, unwanted=Text, now=DateTime(timezone=True))


# Claimed and on record before a byte is sent. Whether it is still wanted is asked here too, in the same snapshot: an
# answer that handlers could not give, because the settling event may come before the message it settles.
# A later first mail of the same invitation is a resend, which made the older links dead (I7).
_CLAIM = _jobs(
    text(f"""
    WITH due AS (
        SELECT message_id FROM message
        WHERE lane = :lane AND {WAITING} AND next_attempt_at <= now()
        ORDER BY next_attempt_at, message_id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE message SET state = 'sending', attempt_number = attempt_number + 1, worker = :worker,
            lease_until = now() + CAST(:lease AS interval)
        FROM due WHERE message.message_id = due.message_id RETURNING message.*
    ), tried AS (
        INSERT INTO attempt (message_id, number, worker) SELECT message_id, attempt_number, worker FROM claimed
    )
    SELECT {_PLAIN}, app_now() AS now, coalesce(
        (SELECT closed.reason FROM closed_subject AS closed WHERE claimed.invitation_id IS NOT NULL
            AND closed.subject_id IN (claimed.invitation_id, claimed.account_id) LIMIT 1),
        (SELECT closed.reason FROM closed_subject AS closed WHERE claimed.template = 'access_notice'
            AND closed.subject_id = ANY (claimed.offer_ids) LIMIT 1),
        (SELECT 'superseded by a later mail' FROM message AS later
            WHERE later.invitation_id = claimed.invitation_id AND (
                later.template = 'invitation_first' AND later.sequence > claimed.sequence
                OR later.ladder = claimed.ladder AND later.step > claimed.step) LIMIT 1)
    ) AS unwanted
    FROM claimed ORDER BY next_attempt_at, message_id
    """)  # noqa: S608  # constants of this service
)

# The attempt's number is the fence: an answer that comes after the lease still counts while nobody tried again.
_SETTLE = text("""
    WITH outcome AS (
        SELECT * FROM jsonb_to_recordset(CAST(:outcomes AS jsonb)) AS o (
            message_id uuid, number integer, outcome text, code integer, detail text, state text, counted integer,
            uncertain integer, retry_seconds double precision, reason text, recipient text, final boolean)
    ), noted AS (
        UPDATE attempt SET outcome = o.outcome, code = o.code, detail = o.detail, finished_at = app_now()
        FROM outcome AS o WHERE attempt.message_id = o.message_id AND attempt.number = o.number
            AND (attempt.outcome IS NULL OR attempt.outcome = 'uncertain')
    )
    UPDATE message SET state = o.state, counted = o.counted, uncertain = o.uncertain, reason = o.reason,
        worker = NULL, lease_until = NULL, next_attempt_at = now() + make_interval(secs => o.retry_seconds),
        settled_at = CASE WHEN o.final THEN app_now() END,
        recipient = CASE WHEN o.final THEN o.recipient ELSE message.recipient END,
        parameters = CASE WHEN o.final THEN NULL ELSE message.parameters END,
        sealed = CASE WHEN o.final THEN NULL ELSE message.sealed END
    FROM outcome AS o
    WHERE message.message_id = o.message_id AND message.attempt_number = o.number
        AND message.state IN ('sending', 'uncertain')
    RETURNING message.message_id, message.attempt_number
""")

_RENEW = text("""
    UPDATE message SET lease_until = now() + CAST(:lease AS interval)
    WHERE message_id = ANY(CAST(:messages AS uuid[])) AND state = 'sending' AND worker = :worker
""")

_EXPIRED = _jobs(
    text(f"""
    SELECT {_PLAIN}, NULL AS unwanted, app_now() AS now FROM message
    WHERE state = 'sending' AND lease_until < now() ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED
    """)  # noqa: S608  # constants of this service
)

# A row that somebody else holds is passed over: it is being claimed, and the claim asks the same question.
_STALE = _jobs(
    text(f"""
    WITH fresh AS (
        SELECT subject_id, reason FROM closed_subject WHERE NOT swept LIMIT 200 FOR UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE closed_subject SET swept = true FROM fresh WHERE closed_subject.subject_id = fresh.subject_id
    ), stale AS (
        SELECT message_id, fresh.reason FROM message JOIN fresh ON invitation_id = subject_id
        UNION
        SELECT message_id, fresh.reason FROM message JOIN fresh ON account_id = subject_id
        WHERE invitation_id IS NOT NULL
        UNION
        SELECT message_id, fresh.reason FROM message JOIN fresh ON offer_ids @> ARRAY[subject_id]
        WHERE template = 'access_notice'
    )
    SELECT {_PLAIN}, (SELECT stale.reason FROM stale WHERE stale.message_id = message.message_id LIMIT 1) AS unwanted,
        app_now() AS now
    FROM message WHERE message_id IN (SELECT stale.message_id FROM stale) AND {WAITING}
    ORDER BY message_id FOR UPDATE SKIP LOCKED
    """)  # noqa: S608  # constants of this service
)

_SUPPRESS = text("""
    UPDATE message SET state = 'suppressed', reason = s.reason, settled_at = app_now(), lease_until = NULL,
        recipient = s.recipient, parameters = NULL, sealed = NULL
    FROM jsonb_to_recordset(CAST(:outcomes AS jsonb)) AS s (message_id uuid, reason text, recipient text)
    WHERE message.message_id = s.message_id
""")

_QUEUE = text("""
    SELECT lane, state, count(*) AS messages, extract(epoch FROM max(app_now() - created_at)) AS oldest_seconds
    FROM message WHERE state IN ('queued', 'sending', 'deferred', 'uncertain') GROUP BY lane, state
""")


async def claim(uow: UnitOfWork, *, lane: str, limit: int, worker: UUID, lease: timedelta) -> list[Job]:
    """Takes up to `limit` due messages of a lane and records an attempt at each."""
    parameters = {"lane": lane, "limit": limit, "worker": worker, "lease": lease}
    return await _fetch(uow, _CLAIM, parameters)


async def settle(uow: UnitOfWork, settlements: Sequence[Settlement]) -> set[tuple[UUID, int]]:
    """Writes outcomes; returns the messages and attempt numbers that they still applied to.

    Final ones lose their words, secrets and recipient.
    """
    parameters = {"outcomes": json.dumps([_outcome(settlement) for settlement in settlements])}
    return {(row.message_id, row.attempt_number) for row in await uow.session.execute(_SETTLE, parameters)}


async def renew(uow: UnitOfWork, messages: Sequence[UUID], *, worker: UUID, lease: timedelta) -> None:
    """Says that this worker still works on these."""
    await uow.session.execute(_RENEW, {"messages": list(messages), "worker": worker, "lease": lease})


async def expired_leases(uow: UnitOfWork) -> list[Job]:
    """Messages whose worker went away in the middle, locked."""
    return await _fetch(uow, _EXPIRED, {})


async def newly_stale(uow: UnitOfWork) -> list[Job]:
    """Waiting messages about what was closed since the last call, locked."""
    return await _fetch(uow, _STALE, {})


async def suppress(uow: UnitOfWork, jobs: Sequence[Job]) -> None:
    """Settles messages that were never begun; they are locked."""
    outcomes = [{"message_id": str(job.message_id), "reason": job.unwanted, "recipient": _reduced(job)} for job in jobs]
    await uow.session.execute(_SUPPRESS, {"outcomes": json.dumps(outcomes)})


async def queue_summary(uow: UnitOfWork) -> list[tuple[str, str, int, float]]:
    """Per lane and state: how many are not settled, and the age of the oldest in seconds."""
    rows = (await uow.session.execute(_QUEUE)).all()
    return [(row.lane, row.state, row.messages, float(row.oldest_seconds)) for row in rows]


async def _fetch(uow: UnitOfWork, statement: TextualSelect, parameters: dict[str, Any]) -> list[Job]:
    rows = (await uow.session.execute(statement, parameters)).mappings().all()
    return [
        Job(
            **{
                **row,
                "lane": Lane(row["lane"]),
                "channel": Channel(row["channel"]),
                "template": Template(row["template"]),
                "parameters": row["parameters"] or {},
                "offer_ids": tuple(row["offer_ids"]),
            }
        )
        for row in rows
    ]


def _outcome(settlement: Settlement) -> dict[str, Any]:
    job, result, decision = settlement.job, settlement.result, settlement.decision
    return {
        "message_id": str(job.message_id),
        "number": job.attempt_number,
        "outcome": result.outcome,
        "code": result.code,
        "detail": result.detail or None,
        "state": move(MessageState.SENDING, decision.state),
        "counted": decision.counted,
        "uncertain": decision.uncertain,
        "retry_seconds": decision.retry_after.total_seconds(),
        "reason": decision.reason or None,
        "recipient": _reduced(job),
        "final": decision.state in FINAL_STATES,
    }


def _reduced(job: Job) -> str:
    return reduced_recipient(job.channel, job.recipient)
