"""What a tick costs: one statement when idle, a constant number for any work, through the partial index alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scheduler_service.ticker.repository import CLAIM, PEEK
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

World = Any
DAY = timedelta(days=1)
SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(" ".join(statement.split()))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_an_idle_tick_is_one_statement(world: World) -> None:
    await world.fill(50, sent_at=SENT)
    await world.now_is(SENT + DAY)
    await world.tick()

    with statements(world.database.engine) as seen:
        await world.tick()

    assert len(seen) == 1


@pytest.mark.parametrize("ladders", [1, 150])
async def test_a_tick_with_work_takes_six_statements_whatever_the_number(world: World, ladders: int) -> None:
    await world.fill(ladders, sent_at=SENT)
    await world.now_is(SENT + 7 * DAY)

    with statements(world.database.engine) as seen:
        assert (await world.tick()).advanced == ladders

    assert len(seen) == 6, seen


@pytest.mark.parametrize("since_sent", [60 * DAY, 31 * DAY])
@pytest.mark.parametrize("ladders", [1, 150])
async def test_an_expiry_costs_no_statement_more(world: World, ladders: int, since_sent: timedelta) -> None:
    await world.fill(ladders, sent_at=SENT, expiry=60 * DAY)
    await world.now_is(SENT + since_sent)

    with statements(world.database.engine) as seen:
        assert (await world.tick()).advanced == ladders

    assert len(seen) == 6, seen


class TestOneHundredThousandPending:
    """B3: what is far away costs nothing, so a tick does not grow with the table."""

    @pytest.fixture
    async def world(self, world: World) -> World:
        await world.fill(50_000, sent_at=SENT)
        await world.now_is(SENT)
        await world.analyze()
        return world

    async def plan(self, world: World, statement: str, **parameters: Any) -> tuple[set[str], set[str], int]:
        """Node types, indexes and shared buffers of a statement's execution."""
        async with world.harness.transaction() as uow:
            explained = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
            (root,) = (await uow.session.execute(explained, parameters)).scalar_one()
        nodes = list(_nodes(root["Plan"]))
        return (
            {node["Node Type"] for node in nodes},
            {node["Index Name"] for node in nodes if "Index Name" in node},
            root["Plan"]["Shared Hit Blocks"] + root["Plan"]["Shared Read Blocks"],
        )

    async def test_the_look_of_an_idle_tick_touches_a_handful_of_pages(self, world: World) -> None:
        assert await world.rows("SELECT count(*) AS n FROM reminder WHERE state = 'armed'") == [{"n": 100_000}]
        await self.plan(world, PEEK.text)

        nodes, indexes, buffers = await self.plan(world, PEEK.text)

        assert indexes == {"ladder_due"}
        assert "Seq Scan" not in nodes
        assert buffers <= 10

    async def test_the_claim_walks_the_partial_index_and_reads_nothing_that_is_not_due(self, world: World) -> None:
        await self.plan(world, CLAIM.text, now=SENT, limit=200)

        nodes, indexes, buffers = await self.plan(world, CLAIM.text, now=SENT + DAY, limit=200)

        assert indexes == {"ladder_due"}
        assert nodes <= {"Limit", "LockRows", "Index Scan"}
        assert buffers <= 10

    async def test_the_few_that_are_due_are_found_among_them(self, world: World) -> None:
        await world.fill(100, sent_at=SENT - 8 * DAY)

        assert (await world.tick()).advanced == 100
        assert (await world.tick()).advanced == 0


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
