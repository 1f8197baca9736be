"""Scheduler's schema: migrations and classes agree, and the database itself keeps the law."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from scheduler_service.bootstrap import SERVICE
from service_kit.db import migrations
from service_kit.ids import new_id

World = Any
SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
ADD_LADDER = """
    INSERT INTO ladder (id, kind, subject_id, firm_id, epoch, state, next_due_at)
    VALUES ($1, 'invitation', $2, $3, $4, $5, $6)
"""
ADD_REMINDER = "INSERT INTO reminder (id, ladder_id, step, due_at, state) VALUES ($1, $2, 1, $3, 'armed')"
BACK_TO_0001 = """
    ALTER TABLE ladder DROP COLUMN expiry_due_at, DROP COLUMN expiry_fired_at;
    UPDATE alembic_version SET version_num = '0001'
"""


async def test_the_migrated_database_is_what_the_classes_say(world: World) -> None:
    await migrations.check(world.owner_url, SERVICE.migrations)


async def test_a_ladder_armed_before_there_were_expiries_goes_on_without_one(world: World) -> None:
    ladder = new_id()
    connection = await asyncpg.connect(world.owner_url)
    try:
        await connection.execute(BACK_TO_0001)
        await connection.execute(ADD_LADDER, ladder, new_id(), new_id(), 1, "armed", SENT)
        await connection.execute(ADD_REMINDER, new_id(), ladder, SENT)
    finally:
        await connection.close()

    await migrations.upgrade(world.owner_url, SERVICE.migrations)
    await world.now_is(SENT + timedelta(days=100))
    await world.tick_until_idle()

    assert await world.harness.said_types() == ["scheduler.reminder.due.v1", "scheduler.ladder.advanced.v1"]
    assert [row["state"] for row in await world.rows("SELECT state FROM ladder")] == ["finished"]


async def test_the_database_refuses_a_second_armed_ladder_of_one_person_and_firm(world: World) -> None:
    person, firm = new_id(), new_id()
    connection = await asyncpg.connect(world.owner_url)
    try:
        await connection.execute(ADD_LADDER, new_id(), person, firm, 1, "armed", SENT)
        with pytest.raises(asyncpg.UniqueViolationError, match="ladder_one_armed"):
            await connection.execute(ADD_LADDER, new_id(), person, firm, 2, "armed", SENT + timedelta(days=1))
        await connection.execute(ADD_LADDER, new_id(), person, firm, 2, "stopped", None)
        await connection.execute(ADD_LADDER, new_id(), person, new_id(), 1, "armed", SENT)
    finally:
        await connection.close()


async def test_the_database_refuses_an_armed_ladder_with_nothing_to_come(world: World) -> None:
    connection = await asyncpg.connect(world.owner_url)
    try:
        with pytest.raises(asyncpg.CheckViolationError, match="ladder_due_while_armed"):
            await connection.execute(ADD_LADDER, new_id(), new_id(), new_id(), 1, "armed", None)
    finally:
        await connection.close()
