"""Reminders by the database's clock: R1 to the microsecond, R4 after an outage, every due step once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from event_contracts.scheduler import LadderAdvanced, ReminderDue, ReminderSkipped
from scheduler_service.ladders.service import arm
from scheduler_service.ticker.service import tick
from service_kit.testing import eventually

World = Any
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)


class TestTheMoment:
    """R1: at exactly 7 and 30 days after the first mail, by `app_now()`, which stands still inside a transaction."""

    @pytest.mark.parametrize(
        ("since_sent", "fired", "skipped"),
        [
            (7 * DAY - MICROSECOND, [], []),
            (7 * DAY, [1], []),
            (30 * DAY - MICROSECOND, [1], []),
            (30 * DAY, [2], [1]),
            (400 * DAY, [2], [1]),
        ],
    )
    async def test_a_step_is_due_on_the_microsecond(
        self, world: World, since_sent: timedelta, fired: list[int], skipped: list[int]
    ) -> None:
        await world.now_is(SENT)
        async with world.harness.transaction() as uow:
            sent_at = await uow.now() - since_sent
            await arm(uow, world.sent(world.key()).starts, sent_at, DAY)
            await tick(uow, 200)

        assert [due.step for due in await world.harness.said(ReminderDue)] == fired
        assert [skip.step for skip in await world.harness.said(ReminderSkipped)] == skipped

    async def test_both_steps_fire_in_their_time_and_each_once(self, world: World) -> None:
        key = world.key()
        await world.told(world.sent(key, at=SENT))

        for day in range(0, 40, 2):
            await world.now_is(SENT + day * DAY)
            await world.tick_until_idle()

        due = await world.harness.said(ReminderDue)
        assert [(each.step, each.last, each.due_at) for each in due] == [
            (1, False, SENT + 7 * DAY),
            (2, True, SENT + 30 * DAY),
        ]
        assert await world.harness.said(LadderAdvanced) == [
            LadderAdvanced(ladder=key, step=1, next_due_at=SENT + 30 * DAY),
            LadderAdvanced(ladder=key, step=2),
        ]
        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["next_due_at"], ladder["steps"]) == ("finished", None, ["fired", "fired"])

    @pytest.mark.parametrize("changes_on", [(3, 29), (10, 25)])
    async def test_durations_are_absolute_across_a_change_of_summer_time(
        self, world: World, changes_on: tuple[int, int]
    ) -> None:
        sent = datetime(2026, *changes_on, 10, tzinfo=ZoneInfo("Europe/Brussels")) - 3 * DAY
        await world.told(world.sent(world.key(), at=sent))

        await world.now_is(sent.astimezone(UTC) + 7 * DAY - timedelta(minutes=1))
        await world.tick()
        early = await world.harness.said(ReminderDue)
        await world.now_is(sent.astimezone(UTC) + 7 * DAY)
        await world.tick()

        assert early == []
        (due,) = await world.harness.said(ReminderDue)
        assert due.due_at == sent.astimezone(UTC) + timedelta(hours=168)

    async def test_a_clock_that_jumps_forth_and_back_fires_nothing_twice(self, world: World) -> None:
        await world.told(world.sent(world.key(), at=SENT))

        for day in (8, 7, 31, 6, 45):
            await world.now_is(SENT + day * DAY)
            await world.tick_until_idle()

        assert [due.step for due in await world.harness.said(ReminderDue)] == [1, 2]


class TestAnOutage:
    """R4: of several overdue steps only the latest is mailed, and the last one however late."""

    async def test_an_outage_over_both_dates_skips_the_first_and_fires_the_second(self, world: World) -> None:
        key = world.key()
        await world.told(world.sent(key, at=SENT))

        await world.now_is(SENT + 60 * DAY)
        await world.tick_until_idle()

        assert await world.harness.said(ReminderSkipped) == [
            ReminderSkipped(ladder=key, step=1, due_at=SENT + 7 * DAY, reason="overtaken by step 2")
        ]
        (due,) = await world.harness.said(ReminderDue)
        assert (due.step, due.last) == (2, True)
        assert (await world.ladder(key))["steps"] == ["skipped", "fired"]

    async def test_a_ladder_stopped_during_the_outage_reminds_nobody(self, world: World) -> None:
        stopped, waiting = world.key(), world.key()
        await world.told(world.sent(stopped, at=SENT), world.sent(waiting, at=SENT))
        await world.told(world.activated(stopped.subject_id))

        await world.now_is(SENT + 9 * DAY)
        await world.tick_until_idle()

        assert [due.ladder for due in await world.harness.said(ReminderDue)] == [waiting]

    async def test_a_start_heard_of_after_its_steps_were_due_skips_as_well(self, world: World) -> None:
        await world.now_is(SENT + 60 * DAY)

        await world.told(world.sent(world.key(), at=SENT))
        await world.tick_until_idle()

        assert [due.step for due in await world.harness.said(ReminderDue)] == [2]
        assert [skip.step for skip in await world.harness.said(ReminderSkipped)] == [1]


class TestTheLoop:
    """The ticker as it runs: until stopped, woken when something is near."""

    async def test_a_near_step_wakes_a_ticker_that_meant_to_sleep_long(self, world: World) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(world.ticker(longest_sleep=timedelta(seconds=60)).run(stop))
        try:
            await eventually(lambda: _listens(world))
            await world.told(world.sent(world.key(), offsets=(timedelta(milliseconds=300),)))
            await eventually(lambda: world.harness.said(ReminderDue), within=10)
        finally:
            stop.set()
            await running

    async def test_a_ticker_that_sleeps_stops_at_once_when_told(self, world: World) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(world.ticker(longest_sleep=timedelta(seconds=60)).run(stop))
        await eventually(lambda: _listens(world))

        stop.set()

        await asyncio.wait_for(running, 5)

    async def test_a_ticker_outlives_the_loss_of_its_connections(self, world: World) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(world.ticker(longest_sleep=timedelta(milliseconds=100)).run(stop))
        try:
            await eventually(lambda: _listens(world))
            await _cut_connections(world)
            await world.told(world.sent(world.key(), offsets=(timedelta(milliseconds=100),)))
            await eventually(lambda: world.harness.said(ReminderDue), within=15)
        finally:
            stop.set()
            await running


async def _listens(world: World) -> bool:
    query = "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    return bool(await world.rows(query))


async def _cut_connections(world: World) -> None:
    connection = await asyncpg.connect(world.owner_url)
    try:
        await connection.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename <> current_user"""
        )
    finally:
        await connection.close()
    # Connections of the pool are found dead by their next user, once each.
    await world.database.engine.dispose()
