"""Outbox and inbox by month: partitions are there before they are needed, and go when nothing in them is needed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from service_kit.ids import new_id
from service_kit.runtime.maintenance import MONTHS_AHEAD, maintain_once
from sqlalchemy import text

_CHILDREN = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:parent AS regclass)"


def id_at(moment):
    """A UUIDv7 of that time."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (new_id().int & ((1 << 80) - 1)))


async def run(engine, statement, **parameters):
    async with engine.connect() as connection:
        result = await connection.execute(text(statement), parameters)
        return result.scalars().all() if result.returns_rows else []


async def children(owner, parent):
    return set(await run(owner, _CHILDREN, parent=parent))


async def old_partition(owner, parent, months_ago):
    """A month's partition made as `ensure_partitions` would have made it then; returns its name and an id in it."""
    now = datetime.now(UTC)
    month = (now.year * 12 + now.month - 1) - months_ago
    start = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
    end = datetime((month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=UTC)
    name = f"{parent}_p{start:%Y%m}"
    bounds = f"FROM (uuid7_floor('{start.isoformat()}')) TO (uuid7_floor('{end.isoformat()}'))"
    await run(owner, f"CREATE TABLE {name} PARTITION OF {parent} FOR VALUES {bounds}")
    return name, id_at(start + timedelta(days=3))


async def write_outbox(owner, event_id, *, sent):
    await run(
        owner,
        "INSERT INTO outbox (id, type, subject, data, sent_at) "
        "VALUES (:id, 't', 's', '{}', CASE WHEN :sent THEN now() END)",
        id=event_id,
        sent=sent,
    )


async def write_inbox(owner, event_id):
    await run(owner, "INSERT INTO inbox (event_id, handler, source) VALUES (:id, 'h', 's')", id=event_id)


async def test_the_runtime_role_keeps_house(database, owner):
    await run(owner, "DROP TABLE IF EXISTS " + ", ".join(await children(owner, "inbox") - {"inbox_default"}))
    await maintain_once(database)
    for parent in ("outbox", "inbox"):
        assert len(await children(owner, parent)) == 2 + MONTHS_AHEAD, "default, this month, and those ahead"
    before = await children(owner, "inbox")
    await maintain_once(database)
    assert await children(owner, "inbox") == before


async def test_ordinary_rows_do_not_land_in_the_default_partition(database, owner):
    await write_inbox(owner, new_id())
    await write_outbox(owner, new_id(), sent=False)
    assert await run(owner, "SELECT 1 FROM inbox_default UNION ALL SELECT 1 FROM outbox_default") == []


async def test_an_old_partition_goes_unless_something_in_it_was_never_sent(database, owner):
    done, done_id = await old_partition(owner, "outbox", 3)
    waiting, waiting_id = await old_partition(owner, "outbox", 4)
    await write_outbox(owner, done_id, sent=True)
    await write_outbox(owner, waiting_id, sent=False)
    await maintain_once(database)
    assert done not in await children(owner, "outbox")
    assert waiting in await children(owner, "outbox")
    assert await run(owner, "SELECT id FROM outbox") == [waiting_id]
    await run(owner, "UPDATE outbox SET sent_at = now()")
    await maintain_once(database)
    assert waiting not in await children(owner, "outbox")


async def test_the_inbox_outlives_dead_letters_that_may_be_replayed(database, owner):
    kept, _ = await old_partition(owner, "inbox", 2)
    gone, _ = await old_partition(owner, "inbox", 5)
    await maintain_once(database)
    assert kept in await children(owner, "inbox")
    assert gone not in await children(owner, "inbox")


@pytest.mark.parametrize("parent", ["inbox", "outbox"])
async def test_rows_that_came_before_their_partition_move_into_it_when_it_is_made(database, owner, parent):
    """A sender's clock that runs ahead puts ids into a month without a partition; housekeeping once failed on them."""
    latest = sorted(await children(owner, parent) - {f"{parent}_default"})[-1]
    await run(owner, f"DROP TABLE {latest}")
    start = datetime(int(latest[-6:-2]), int(latest[-2:]), 1, tzinfo=UTC)
    early, far = id_at(start + timedelta(days=1)), id_at(start + timedelta(days=2000))
    for event_id in (early, far):
        await (write_inbox(owner, event_id) if parent == "inbox" else write_outbox(owner, event_id, sent=False))
    await maintain_once(database)
    key = "event_id" if parent == "inbox" else "id"
    assert await run(owner, f"SELECT {key} FROM {latest}") == [early]
    assert await run(owner, f"SELECT {key} FROM {parent}_default") == [far]


async def test_rows_older_than_any_partition_are_pruned_from_the_default_one(database, owner):
    old = datetime.now(UTC) - timedelta(days=400)
    unsent = id_at(old)
    await write_inbox(owner, id_at(old))
    await write_outbox(owner, id_at(old), sent=True)
    await write_outbox(owner, unsent, sent=False)
    await maintain_once(database)
    assert await run(owner, "SELECT event_id FROM inbox_default") == []
    assert await run(owner, "SELECT id FROM outbox_default") == [unsent]
