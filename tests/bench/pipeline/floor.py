"""The same statements by hand, on raw aio-pika and raw asyncpg: no validation, no retries, no metrics, no logs."""

import asyncio
import json
from uuid import UUID, uuid4

import aio_pika
import asyncpg
from contestant import Counter, main
from pamqp.commands import Basic
from uuid_utils.compat import uuid7

BATCH, WINDOW = 100, 200
INBOX = """INSERT INTO inbox (event_id, handler, source)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS key (id, handler, source)
    ORDER BY id, handler, source ON CONFLICT DO NOTHING RETURNING event_id, handler, source"""
NOTE = "INSERT INTO note (event_id, account_id, user_name) VALUES ($1, $2, $3)"
OUTBOX = """INSERT INTO outbox (id, type, subject, correlation_id, causation_id, traceparent, data)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])"""
CLAIM = f"""SELECT id, type, subject, sequence, time, correlation_id, causation_id, traceparent, data, attempts
    FROM outbox WHERE sent_at IS NULL AND next_attempt_at <= now()
    ORDER BY next_attempt_at, id LIMIT {WINDOW} FOR UPDATE SKIP LOCKED"""
MARK = "UPDATE outbox SET sent_at = now(), last_error = NULL WHERE id = ANY($1::uuid[])"
OUT = "notifier.message.suppressed.v1"


async def consume(pool: asyncpg.Pool, url: str, counter: Counter, wake: asyncio.Event, stop: asyncio.Event) -> None:
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    await channel.set_qos(200)
    queue = await channel.get_queue("notifier.inbox")
    buffer: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
    await queue.consume(buffer.put)
    underlay = await channel.get_underlay_channel()
    while not stop.is_set():
        try:
            async with asyncio.timeout(0.5):
                messages = [await buffer.get()]
        except TimeoutError:
            continue
        while len(messages) < BATCH and not buffer.empty():
            messages.append(buffer.get_nowait())
        events = [json.loads(message.body) for message in messages]
        async with pool.acquire() as db, db.transaction():
            await handle(db, events)
        counter.statements += 3
        await underlay.basic_ack(messages[-1].delivery_tag, multiple=True)
        wake.set()
    await connection.close()


async def handle(db: asyncpg.Connection, events: list[dict]) -> None:
    ids = [UUID(event["id"]) for event in events]
    await db.fetch(INBOX, ids, ["on_account_activated"] * len(events), [event["source"] for event in events])
    rows = [(i, UUID(e["data"]["account_id"]), e["data"]["user_name"]) for i, e in zip(ids, events, strict=True)]
    await db.executemany(NOTE, sorted(rows))
    n = len(events)
    data = [
        json.dumps(
            {
                "message": {
                    "message_id": e["id"],
                    "template": "note",
                    "channel": "mail",
                    "firm_id": None,
                    "account_id": e["data"]["account_id"],
                    "invitation_id": None,
                    "offer_ids": [],
                },
                "reason": "noted",
            }
        )
        for e in events
    ]
    causes = [e["id"] for e in events]
    await db.execute(OUTBOX, [uuid7() for _ in events], [OUT] * n, causes, ["bench"] * n, causes, [None] * n, data)


async def relay(pool: asyncpg.Pool, url: str, counter: Counter, wake: asyncio.Event, stop: asyncio.Event) -> None:
    connection = await aio_pika.connect(url)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    underlay = await channel.get_underlay_channel()

    async def publish(row: asyncpg.Record) -> None:
        event = {
            "specversion": "1.0",
            "id": str(row["id"]),
            "source": "/dossier-access/notifier",
            "type": row["type"],
            "subject": row["subject"],
            "sequence": f"{row['sequence']:020d}",
            "time": row["time"].isoformat(),
            "datacontenttype": "application/json",
            "correlationid": row["correlation_id"],
            "causationid": row["causation_id"],
        }
        body = json.dumps(event)[:-1].encode() + b',"data":' + row["data"].encode() + b"}"
        properties = Basic.Properties(delivery_mode=2, message_id=uuid4().hex, message_type=row["type"])
        await underlay.basic_publish(
            body, exchange="events", routing_key=row["type"], mandatory=True, properties=properties
        )

    while not stop.is_set():
        async with pool.acquire() as db, db.transaction():
            rows = await db.fetch(CLAIM)
            counter.statements += 1
            if rows:
                await asyncio.gather(*(publish(row) for row in rows))
                await db.execute(MARK, [row["id"] for row in rows])
                counter.statements += 1
        if len(rows) < WINDOW:
            try:
                async with asyncio.timeout(1):
                    await wake.wait()
            except TimeoutError:
                pass
            wake.clear()
    await connection.close()


async def run(database_url: str, rabbit_url: str, counter: Counter, stop: asyncio.Event) -> None:
    pool = await asyncpg.create_pool(database_url, min_size=2, max_size=4)
    wake = asyncio.Event()
    await asyncio.gather(consume(pool, rabbit_url, counter, wake, stop), relay(pool, rabbit_url, counter, wake, stop))
    await pool.close()


if __name__ == "__main__":
    main(run)
