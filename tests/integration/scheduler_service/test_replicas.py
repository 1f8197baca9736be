"""Any number of replicas: due work is done once, whoever dies or waits, and a stop meets a tick without harm."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from event_contracts.scheduler import (
    ExpiryDue,
    LadderAdvanced,
    LadderArmed,
    LadderStopped,
    ReminderDue,
    ReminderSkipped,
)
from scheduler_service.ticker.domain import CONTENDED
from scheduler_service.ticker.service import tick
from service_kit.testing import eventually
from sqlalchemy import text

World = Any
DAY = timedelta(days=1)
SENT = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)


class Killed(Exception):
    """A replica that dies before its commit."""


class TestTwoSchedulers:
    """Drill 19."""

    async def test_two_thousand_due_reminders_are_fired_once_each(self, world: World) -> None:
        await world.fill(2_000, sent_at=SENT)
        await world.now_is(SENT + 7 * DAY)

        advanced = await asyncio.gather(*(world.tick_until_idle(batch=150) for _ in range(2)))

        due = await world.harness.said(ReminderDue)
        assert sum(advanced) == len(due) == len({each.ladder for each in due}) == 2_000
        assert {each.step for each in due} == {1}
        assert len({each.reminder_id for each in due}) == 2_000

    async def test_after_an_outage_no_ladder_is_split_between_them(self, world: World) -> None:
        await world.fill(600, sent_at=SENT)
        await world.now_is(SENT + 45 * DAY)

        await asyncio.gather(*(world.tick_until_idle(batch=50) for _ in range(2)))

        due, skipped = await world.harness.said(ReminderDue), await world.harness.said(ReminderSkipped)
        assert [each.step for each in due] == [2] * 600
        assert [each.step for each in skipped] == [1] * 600
        assert {each.ladder for each in due} == {each.ladder for each in skipped}
        assert await world.rows("SELECT 1 AS one FROM ladder WHERE state <> 'finished'") == []

    async def test_each_expiry_is_fired_once_though_two_share_them(self, world: World) -> None:
        await world.fill(600, sent_at=SENT, expiry=60 * DAY)

        for day in (31, 60, 61):
            await world.now_is(SENT + day * DAY)
            await asyncio.gather(*(world.tick_until_idle(batch=50) for _ in range(2)))

        due = await world.harness.said(ExpiryDue)
        assert len(due) == len({each.ladder for each in due}) == 600
        assert len(await world.harness.said(ReminderDue)) == 600
        assert await world.rows("SELECT 1 AS one FROM ladder WHERE state <> 'finished'") == []

    async def test_one_that_dies_before_its_commit_has_fired_nothing(self, world: World) -> None:
        await world.fill(300, sent_at=SENT)
        await world.now_is(SENT + 7 * DAY)

        with pytest.raises(Killed):
            async with world.harness.transaction() as uow:
                assert (await tick(uow, 100)).advanced == 100
                raise Killed
        assert await world.harness.said_types() == []
        await world.tick_until_idle(batch=100)

        due = await world.harness.said(ReminderDue)
        assert len(due) == len({each.ladder for each in due}) == 300

    async def test_what_another_holds_is_passed_over_and_looked_at_again_soon(self, world: World) -> None:
        await world.fill(30, sent_at=SENT)
        await world.now_is(SENT + 7 * DAY)

        async with world.harness.transaction() as slow:
            assert (await tick(slow, 20)).advanced == 20
            assert (await world.tick()).advanced == 10
            waiting = await world.tick()

        assert waiting.advanced == 0
        assert waiting.pause(timedelta(seconds=5)) == CONTENDED
        assert len(await world.harness.said(ReminderDue)) == 30


class TestMeetingHandlers:
    """R3 while a tick runs."""

    async def test_a_stop_waits_for_the_tick_and_cancels_what_is_left(self, world: World) -> None:
        key = world.key()
        await world.told(world.sent(key, at=SENT))
        await world.now_is(SENT + 8 * DAY)

        async with world.harness.transaction() as ticking:
            await tick(ticking, 10)
            stopping = asyncio.create_task(world.told(world.revoked(key)))
            await _until_somebody_waits(world)
        await stopping

        assert (await world.ladder(key))["steps"] == ["fired", "cancelled"]
        assert [stop.reason for stop in await world.harness.said(LadderStopped)] == ["invitation_revoked"]

    async def test_an_extension_waits_for_the_tick_and_arms_the_step_that_was_fired(self, world: World) -> None:
        key = world.key()
        await world.told(world.sent(key, at=SENT, expiry=60 * DAY))
        await world.now_is(SENT + 60 * DAY)

        async with world.harness.transaction() as ticking:
            await tick(ticking, 10)
            extending = asyncio.create_task(world.told(world.extended(key, SENT + 70 * DAY)))
            await _until_somebody_waits(world)
        await extending
        await world.now_is(SENT + 70 * DAY)
        await world.tick_until_idle()

        due = await world.harness.said(ExpiryDue)
        assert [each.due_at for each in due] == [SENT + 60 * DAY, SENT + 70 * DAY]

    async def test_a_tick_passes_over_a_ladder_that_is_being_stopped(self, world: World) -> None:
        stopped, other = world.key(), world.key()
        await world.told(world.sent(stopped, at=SENT), world.sent(other, at=SENT))
        await world.now_is(SENT + 8 * DAY)

        async with world.harness.transaction() as uow:
            await uow.session.execute(
                text("SELECT id FROM ladder WHERE subject_id = :subject FOR UPDATE"), {"subject": stopped.subject_id}
            )
            await world.tick()
        await world.told(world.activated(stopped.subject_id))
        await world.tick_until_idle()

        assert [due.ladder for due in await world.harness.said(ReminderDue)] == [other]

    async def test_arming_and_activation_at_the_same_moment_leave_nothing_armed(self, world: World) -> None:
        keys = [world.key() for _ in range(30)]

        for key in keys:
            await asyncio.gather(world.told(world.sent(key, at=SENT)), world.told(world.activated(key.subject_id)))

        assert {row["state"] for row in await world.rows("SELECT state FROM ladder")} == {"stopped"}
        assert len(await world.harness.said(LadderStopped)) == 30

    async def test_the_same_start_at_the_same_moment_arms_once(self, world: World) -> None:
        keys = [world.key() for _ in range(20)]

        for key in keys:
            await asyncio.gather(*(world.told(world.sent(key, at=SENT)) for _ in range(3)))

        assert len(await world.harness.said(LadderArmed)) == 20
        assert len(await world.rows("SELECT id FROM reminder")) == 40

    async def test_two_epochs_at_the_same_moment_leave_the_later_one_armed(self, world: World) -> None:
        for _ in range(20):
            first = world.key()
            second = first.model_copy(update={"epoch": 2})

            await asyncio.gather(world.told(world.sent(first, at=SENT)), world.told(world.sent(second, at=SENT)))

            assert (await world.ladder(first))["stop_reason"] == "superseded"
            assert (await world.ladder(second))["state"] == "armed"

    async def test_reminders_go_on_while_ladders_come_and_go(self, world: World) -> None:
        await world.fill(400, sent_at=SENT)
        await world.now_is(SENT + 7 * DAY)
        keys = [world.key() for _ in range(40)]

        async def come_and_go() -> None:
            for key in keys:
                await world.told(world.sent(key, at=SENT + DAY), world.revoked(key))

        await asyncio.gather(world.tick_until_idle(batch=40), world.tick_until_idle(batch=40), come_and_go())

        assert len(await world.harness.said(LadderAdvanced)) == 400
        assert len(await world.harness.said(LadderStopped)) == 40


async def _until_somebody_waits(world: World) -> None:
    query = """SELECT 1 AS one FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    await eventually(lambda: world.rows(query))
