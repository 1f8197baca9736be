"""The database as migrated is the database as the classes say, and the loops count what is in it."""

from typing import Any

from notifier_service.bootstrap import SERVICE
from prometheus_client import CollectorRegistry, generate_latest
from service_kit.db import migrations
from sqlalchemy import text

World = Any


async def test_the_migrated_tables_are_those_of_the_code(world: World) -> None:
    await migrations.check(world.owner_url, SERVICE.migrations)


async def test_the_metrics_show_what_waits_by_lane_and_state(world: World) -> None:
    await world.told(world.invitation("a@example.com"), world.invitation("b@example.com"), world.code())
    registry = CollectorRegistry()
    for collector in SERVICE.collectors(world.harness.deps):
        registry.register(collector)

    await world.delivery().caretaker.round()

    shown = generate_latest(registry).decode()
    assert 'notifier_queue_messages{lane="ordinary",state="queued"} 2.0' in shown
    assert 'notifier_queue_messages{lane="security",state="queued"} 1.0' in shown
    assert 'notifier_queue_oldest_seconds{lane="ordinary",state="queued"}' in shown


async def test_the_claim_reads_the_index_of_what_is_due(world: World) -> None:
    await world.told(*(world.invitation(f"p{n}@example.com") for n in range(50)), together=True)
    async with world.database.engine.begin() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await connection.execute(
            text(
                """EXPLAIN SELECT message_id FROM message
                   WHERE lane = 'ordinary' AND state IN ('deferred', 'queued', 'uncertain') AND held_at IS NULL
                       AND next_attempt_at <= now()
                   ORDER BY next_attempt_at, message_id LIMIT 4 FOR UPDATE SKIP LOCKED"""
            )
        )

        assert "message_due" in "\n".join(plan.scalars())
