"""Group commit: what shares a transaction stays independent of its neighbours, of order and of other replicas."""

import asyncio
import random
from dataclasses import replace

import pytest
from service_kit.ids import new_id
from service_kit.testing.events import arrived
from service_kit.testing.sample.service import Note, on_account_activated
from sqlalchemy import text

_LOCK = text("SELECT 1 FROM note WHERE event_id = :id FOR UPDATE")


async def _two_rows(pipeline):
    rows = [new_id(), new_id()]
    async with pipeline.database.transaction() as uow:
        for row in rows:
            uow.insert(Note, {"event_id": row, "account_id": row, "user_name": "locked"})
    return rows


@pytest.mark.parametrize("attempts", [0, 1], ids=["together", "alone"])
async def test_messages_that_lock_in_opposite_order_all_finish_and_count_no_attempt(
    pipeline, make_activated, quick, attempts
):
    first, second = await _two_rows(pipeline)
    met = asyncio.Barrier(2)
    runs = []

    async def handler(event, uow, deps):
        order = [first, second] if event.data.user_name == "up" else [second, first]
        await uow.session.execute(_LOCK, {"id": order[0]})
        runs.append(event.id)
        if len(runs) <= 2:
            await met.wait()
        await uow.session.execute(_LOCK, {"id": order[1]})
        return await on_account_activated(event, uow, deps)

    one = replace(quick, prefetch=1, batch=1)
    for _ in range(2):
        pipeline.consume(handlers=pipeline.handlers(handler), options=one)
    await pipeline.until_consumed(2)
    await pipeline.send(make_activated("up"), make_activated("down"), attempts=attempts)
    await pipeline.notes(4)
    assert len(runs) >= 3, "no deadlock happened"
    await pipeline.nothing_failed()


async def test_a_deadlock_repeats_the_whole_batch(pipeline, make_activated):
    first, second = await _two_rows(pipeline)
    transactions = []
    begun, gate, locked = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handler(event, uow, deps):
        if not begun.is_set():
            begun.set()
            await gate.wait()
            return None
        if not transactions or transactions[-1][0] is not uow:
            transactions.append((uow, []))
        transactions[-1][1].append(event.id)
        if len(transactions) == 1 and len(transactions[0][1]) == 3:
            await uow.session.execute(_LOCK, {"id": first})
            locked.set()
            await uow.session.execute(_LOCK, {"id": second})
        return await on_account_activated(event, uow, deps)

    pipeline.consume(handlers=pipeline.handlers(handler))
    await pipeline.send(make_activated())
    await begun.wait()
    await pipeline.send(*(make_activated() for _ in range(3)))
    await pipeline.until_depth(pipeline.names.inbox, 0)
    async with pipeline.owner.begin() as other:
        # The server breaks a deadlock in the session whose time-out ends first: that must be the batch's.
        await other.execute(text("SET LOCAL deadlock_timeout = '60s'"))
        await other.execute(_LOCK, {"id": second})
        gate.set()
        await locked.wait()
        await other.execute(_LOCK, {"id": first})
    await pipeline.notes(5)
    broken, repeated = (ids for _, ids in transactions)
    assert len(broken) == 3
    assert repeated == broken
    await pipeline.nothing_failed()


async def _tables(pipeline):
    """Everything that was written, without ids and times that differ by nature."""
    queries = (
        "SELECT event_id, account_id, user_name FROM note ORDER BY 1",
        "SELECT event_id, handler, source, rejection FROM inbox ORDER BY 1",
        "SELECT type, subject, data FROM outbox ORDER BY data",
    )
    async with pipeline.owner.begin() as connection:
        return [[tuple(row) for row in await connection.execute(text(query))] for query in queries]


async def test_each_message_three_times_shuffled_over_two_replicas_equals_one_delivery(pipeline, make_activated, quick):
    events = [arrived(make_activated("reject" if number % 20 == 0 else "ann")) for number in range(100)]
    await pipeline.send(*events)
    pipeline.consume()
    await pipeline.notes(100)
    await pipeline.until_depth(pipeline.names.dead, 5)
    await pipeline.finish()
    once = await _tables(pipeline)
    async with pipeline.owner.begin() as connection:
        await connection.execute(text("TRUNCATE note, inbox, outbox"))

    thrice = events * 3
    random.Random(7).shuffle(thrice)
    options = replace(quick, prefetch=20, batch=10)
    async with pipeline.second_database() as database:
        pipeline.consume(options=options)
        pipeline.consume(options=options, database=database)
        await pipeline.send(*thrice)
        await pipeline.notes(100)
        await pipeline.until_handled(400)
        await pipeline.finish()
    assert await _tables(pipeline) == once
    assert await pipeline.depth(pipeline.names.dead) == 10, "the duplicates of a rejected one are no dead letters"
    assert await pipeline.depth(pipeline.names.inbox) == 0


async def test_a_batch_of_one_is_the_ordinary_case(pipeline, make_activated):
    pipeline.consume()
    for number in range(1, 4):
        await pipeline.send(make_activated())
        await pipeline.notes(number)
    await pipeline.until_handled(3)
    assert pipeline.registry.get_sample_value("inbox_batch_messages_count") == 3
    assert await pipeline.count("running") == 0


async def test_a_message_that_wants_a_retry_takes_nothing_of_its_batch_with_it(pipeline, make_activated):
    await pipeline.send(*(make_activated("retry" if number == 3 else "ann") for number in range(10)))
    pipeline.consume()
    await pipeline.notes(9)
    await pipeline.until_depth(pipeline.names.delay("5s"), 1)
    assert await pipeline.count("outbox") == 9
    assert pipeline.handled("retried") == 1


async def test_a_message_cannot_be_acked_over_the_head_of_one_that_was_given_up(pipeline, make_activated, quick, frail):
    """Stopping during trouble once acked the given-up messages together with the next batch."""
    await pipeline.send(*(make_activated() for _ in range(5)))
    consumer = pipeline.consume(database=frail, options=replace(quick, batch=1, pause=60))
    await pipeline.until_unavailable(consumer)
    frail.is_away = False
    await pipeline.finish()
    pipeline.consume()
    await pipeline.notes(5)
    await pipeline.nothing_failed()
