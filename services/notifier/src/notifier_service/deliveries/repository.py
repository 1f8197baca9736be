"""Every statement of the delivery side: claim, settle, rescue, sweep; each one round trip for any number of mails."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from sqlalchemy import ARRAY, Boolean, DateTime, Integer, LargeBinary, Text, TextClause, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TextualSelect

from notifier_service.bounces.domain import AddressHashes
from notifier_service.deliveries.domain import Job, Settlement
from notifier_service.messages.domain import (
    FINAL_STATES,
    Channel,
    Lane,
    MessageState,
    Template,
    move,
    reduced_recipient,
)
from notifier_service.messages.tables import FOLLOWS, WAITING

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


def _jobs(statement: TextClause, **more: Any) -> TextualSelect:
    return statement.columns(**_JOB_COLUMNS, unwanted=Text, now=DateTime(timezone=True), **more)


# A hold is asked for in the table itself, so it counts from its commit on, before any message is marked (M6).
NOT_HELD = """held_at IS NULL AND (lane = 'security' OR NOT EXISTS (SELECT FROM mail_hold AS hold
        WHERE hold.released_at IS NULL AND (hold.firm_id IS NULL OR hold.firm_id = message.firm_id)))"""
# Whether it is worth asking if the address refused this firm's mail; the address itself is kept as a keyed hash (M5).
BOUNCES_KNOWN = """(lane = 'ordinary' AND channel = 'email'
        AND EXISTS (SELECT FROM suppressed_address AS dead WHERE dead.firm_id = claimed.firm_id))"""

# Claimed and on record before a byte is sent. Whether it is still wanted is asked here too, in the same snapshot: an
# answer that handlers could not give, because the settling event may come before the message it settles.
# A later first mail of the same invitation is a resend, which made the older links dead (I7). What goes to an account
# goes where the account has its mails at this moment, and so does what was written before its address changed (I9).
_CLAIM = _jobs(
    text(f"""
    WITH due AS (
        SELECT message_id, account_id FROM message
        WHERE lane = :lane AND {WAITING} AND {NOT_HELD} AND next_attempt_at <= now()
        ORDER BY next_attempt_at, message_id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE message SET state = 'sending', attempt_number = attempt_number + 1, worker = :worker,
            lease_until = now() + CAST(:lease AS interval),
            recipient = CASE WHEN {FOLLOWS} THEN coalesce(address.email, message.recipient) ELSE message.recipient END,
            language = CASE WHEN to_account THEN coalesce(address.language, message.language) ELSE message.language END
        FROM due LEFT JOIN account_address AS address USING (account_id)
        WHERE message.message_id = due.message_id RETURNING message.*, CASE WHEN to_account THEN
            jsonb_build_object('given_name', address.given_name, 'family_name', address.family_name) END AS addressee
    ), tried AS (
        INSERT INTO attempt (message_id, number, worker) SELECT message_id, attempt_number, worker FROM claimed
    )
    SELECT {_PLAIN}, app_now() AS now, coalesce(
        (SELECT closed.reason FROM closed_subject AS closed
            WHERE closed.subject_id = ANY (claimed.concerns) AND closed.sequence >= claimed.sequence LIMIT 1),
        (SELECT 'superseded by a later one' FROM message AS later
            WHERE later.topic = claimed.topic AND later.sequence > claimed.sequence LIMIT 1),
        (SELECT 'superseded by a later mail' FROM message AS later
            WHERE later.invitation_id = claimed.invitation_id AND (
                later.template = 'invitation_first' AND later.sequence > claimed.sequence
                OR later.ladder = claimed.ladder AND later.step > claimed.step) LIMIT 1)
    ) AS unwanted, addressee, brand, logo, asked_anew, {BOUNCES_KNOWN} AS bounces_known
    FROM claimed LEFT JOIN (
        SELECT firm_id AS branded, logo,
            jsonb_build_object('sender_name', sender_name, 'reply_to', reply_to, 'colour', colour) AS brand
        FROM firm_brand
    ) AS look ON branded = firm_id
    ORDER BY next_attempt_at, message_id
    """),  # noqa: S608  # constants of this service
    addressee=JSONB,
    brand=JSONB,
    logo=LargeBinary,
    asked_anew=Boolean,
    bounces_known=Boolean,
)

# The attempt's number is the fence: an answer that comes after the lease still counts while nobody tried again.
_SETTLE = text("""
    WITH outcome AS (
        SELECT * FROM jsonb_to_recordset(CAST(:outcomes AS jsonb)) AS o (
            message_id uuid, number integer, outcome text, code integer, detail text, state text, counted integer,
            uncertain integer, retry_seconds double precision, reason text, recipient text, address_hash text,
            dead boolean, final boolean)
    ), noted AS (
        UPDATE attempt SET outcome = o.outcome, code = o.code, detail = o.detail, finished_at = app_now()
        FROM outcome AS o WHERE attempt.message_id = o.message_id AND attempt.number = o.number
            AND (attempt.outcome IS NULL OR attempt.outcome = 'uncertain')
    ), settled AS (
        UPDATE message SET state = o.state, counted = o.counted, uncertain = o.uncertain, reason = o.reason,
            worker = NULL, lease_until = NULL, next_attempt_at = now() + make_interval(secs => o.retry_seconds),
            settled_at = CASE WHEN o.final THEN app_now() END,
            recipient = CASE WHEN o.final THEN o.recipient ELSE message.recipient END,
            parameters = CASE WHEN o.final THEN NULL ELSE message.parameters END,
            sealed = CASE WHEN o.final THEN NULL ELSE message.sealed END,
            address_hash = decode(o.address_hash, 'hex')
        FROM outcome AS o
        WHERE message.message_id = o.message_id AND message.attempt_number = o.number
            AND message.state IN ('sending', 'uncertain')
        RETURNING message.message_id, message.attempt_number, message.firm_id, o.dead, message.address_hash
    ), suppressed AS (
        INSERT INTO suppressed_address (firm_id, address_hash)
        SELECT DISTINCT firm_id, address_hash FROM settled WHERE dead ORDER BY firm_id, address_hash
        ON CONFLICT DO NOTHING
    )
    SELECT message_id, attempt_number FROM settled
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
        SELECT subject_id, sequence, reason FROM closed_subject WHERE NOT swept LIMIT 200 FOR UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE closed_subject AS closed SET swept = true FROM fresh
        WHERE closed.subject_id = fresh.subject_id AND closed.sequence = fresh.sequence
    ), stale AS (
        SELECT message_id, fresh.reason FROM fresh
        JOIN message ON {WAITING} AND concerns @> ARRAY[subject_id] AND message.sequence <= fresh.sequence
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


async def settle(uow: UnitOfWork, settlements: Sequence[Settlement], hashes: AddressHashes) -> set[tuple[UUID, int]]:
    """Writes outcomes; returns the messages and attempt numbers that they still applied to.

    Final ones lose their words, secrets and recipient. What a firm wrote to an address that refused it is the last
    of its ordinary mails there (M5).
    """
    parameters = {"outcomes": json.dumps([_outcome(settlement, hashes) for settlement in settlements])}
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


def _outcome(settlement: Settlement, hashes: AddressHashes) -> dict[str, Any]:
    job, result, decision = settlement.job, settlement.result, settlement.decision
    address = job.suppressible_address
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
        "address_hash": hashes.newest(address).hex() if address else None,
        "dead": address is not None and decision.permanent and result.code is not None,
        "final": decision.state in FINAL_STATES,
    }


def _reduced(job: Job) -> str | None:
    return reduced_recipient(job.channel, job.recipient)
