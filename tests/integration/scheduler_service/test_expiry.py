"""The expiry as a ladder's last step (R4): once, beside the reminders, moved with its invitation (I8), ended by R3."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
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
from scheduler_service.ladders.service import arm
from scheduler_service.ticker.service import tick
from service_kit.messaging import Reject

World = Any
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
SENT = datetime(2026, 3, 3, 9, 15, 0, 250_000, tzinfo=UTC)
EXPIRY = SENT + 60 * DAY


def sent(world: World, key: Any) -> Any:
    return world.sent(key, at=SENT, expiry=60 * DAY)


async def at(world: World, day: int) -> None:
    """The scheduler has nothing left to do on that day."""
    await world.now_is(SENT + day * DAY)
    await world.tick_until_idle()


async def expiries(world: World) -> list[datetime]:
    return [due.due_at for due in await world.harness.said(ExpiryDue)]


class TestTheMoment:
    """R4: by the database's clock, after the reminders and for itself."""

    @pytest.mark.parametrize(
        ("since_sent", "expiries", "reminders"),
        [(60 * DAY - MICROSECOND, 0, [2]), (60 * DAY, 1, [2]), (400 * DAY, 1, [2])],
    )
    async def test_it_is_due_on_the_microsecond_and_the_last_reminder_still_goes_out(
        self, world: World, since_sent: timedelta, expiries: int, reminders: list[int]
    ) -> None:
        await world.now_is(SENT)
        async with world.harness.transaction() as uow:
            start = world.sent(world.key(), expiry=60 * DAY).starts
            await arm(uow, start, await uow.now() - since_sent, DAY)
            await tick(uow, 200)

        assert len(await world.harness.said(ExpiryDue)) == expiries
        assert [due.step for due in await world.harness.said(ReminderDue)] == reminders
        assert [skip.step for skip in await world.harness.said(ReminderSkipped)] == [1]

    async def test_a_ladder_stays_armed_until_its_expiry_was_fired_once(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key))
        states = []
        for day in (8, 31, 59, 60, 61, 90):
            await at(world, day)
            states.append((await world.ladder(key))["state"])

        assert states == ["armed", "armed", "armed", "finished", "finished", "finished"]
        assert await world.harness.said(ExpiryDue) == [ExpiryDue(ladder=key, due_at=EXPIRY)]
        assert [due.last for due in await world.harness.said(ReminderDue)] == [False, True]

    async def test_what_is_said_of_the_next_step_speaks_of_reminders_only(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key))
        for day in (8, 31, 61):
            await at(world, day)

        assert await world.harness.said(LadderArmed) == [LadderArmed(ladder=key, next_due_at=SENT + 7 * DAY)]
        assert await world.harness.said(LadderAdvanced) == [
            LadderAdvanced(ladder=key, step=1, next_due_at=SENT + 30 * DAY),
            LadderAdvanced(ladder=key, step=2),
        ]

    async def test_it_keeps_the_correlation_of_the_request_that_made_the_invitation(self, world: World) -> None:
        await world.told(sent(world, world.key()))
        await at(world, 61)

        rows = await world.rows("SELECT DISTINCT correlation_id FROM outbox WHERE type = 'scheduler.expiry.due.v1'")
        assert [row["correlation_id"] for row in rows] == ["test"]

    async def test_after_an_outage_it_follows_the_reminder_in_the_sequence(self, world: World) -> None:
        await world.told(sent(world, world.key()))
        await at(world, 100)

        rows = await world.rows("SELECT type FROM outbox ORDER BY sequence")
        assert [row["type"].removeprefix("scheduler.") for row in rows] == [
            "ladder.armed.v1",
            "reminder.skipped.v1",
            "reminder.due.v1",
            "ladder.advanced.v1",
            "expiry.due.v1",
        ]

    async def test_a_ladder_without_one_ends_with_its_last_reminder(self, world: World) -> None:
        """So do the ladders of before: their rows have no expiry."""
        key = world.key()
        await world.told(world.sent(key, at=SENT))
        await at(world, 100)

        assert (await world.ladder(key))["state"] == "finished"
        assert await expiries(world) == []

    async def test_a_time_beyond_the_calendar_is_rejected_and_leaves_nothing(self, world: World) -> None:
        impossible = world.sent(world.key(), at=datetime(9999, 11, 20, tzinfo=UTC), expiry=60 * DAY)

        (outcome,) = await world.harness.deliver(impossible)

        assert isinstance(outcome, Reject)
        assert await world.rows("SELECT * FROM ladder") == []


class TestAnExtension:
    """I8: the invitation outlives the step, which is armed for the later time."""

    async def test_a_step_that_was_fired_is_armed_again_and_fires_once_more(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key))
        await at(world, 60)

        await world.told(world.extended(key, EXPIRY + 10 * DAY))
        revived = await world.ladder(key)
        for day in (65, 70, 80):
            await at(world, day)

        assert (revived["state"], revived["next_due_at"], revived["ended_at"]) == ("armed", EXPIRY + 10 * DAY, None)
        assert await expiries(world) == [EXPIRY, EXPIRY + 10 * DAY]
        assert (await world.ladder(key))["state"] == "finished"
        assert [due.step for due in await world.harness.said(ReminderDue)] == [2]

    async def test_one_that_comes_before_the_step_was_fired_moves_it(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key), world.extended(key, EXPIRY + 10 * DAY))
        for day in (8, 31, 60, 65, 70):
            await at(world, day)

        assert await expiries(world) == [EXPIRY + 10 * DAY]
        assert [due.step for due in await world.harness.said(ReminderDue)] == [1, 2]

    async def test_one_whose_time_has_passed_meanwhile_fires_at_once(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key))
        await at(world, 90)

        await world.told(world.extended(key, EXPIRY + 10 * DAY))
        await world.tick_until_idle()

        assert await expiries(world) == [EXPIRY, EXPIRY + 10 * DAY]

    @pytest.mark.parametrize("together", [False, True])
    async def test_of_two_in_any_order_and_told_twice_the_later_time_stays(self, world: World, together: bool) -> None:
        endings = set()
        for order in permutations([EXPIRY + 5 * DAY, EXPIRY + 9 * DAY, EXPIRY + 9 * DAY, EXPIRY - 5 * DAY]):
            key = world.key()
            await world.told(sent(world, key), *(world.extended(key, moment) for moment in order), together=together)
            ladder = await world.ladder(key)
            endings.add((ladder["state"], ladder["next_due_at"], ladder["expiry_due_at"]))

        assert endings == {("armed", SENT + 7 * DAY, EXPIRY + 9 * DAY)}

    async def test_one_told_again_after_its_step_was_fired_fires_nothing(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key))
        await at(world, 60)
        for day in (60, 75, 80):
            await world.told(world.extended(key, EXPIRY + 10 * DAY))
            await at(world, day)

        assert await expiries(world) == [EXPIRY, EXPIRY + 10 * DAY]

    async def test_one_of_an_unknown_ladder_or_of_one_without_an_expiry_is_ignored(self, world: World) -> None:
        unknown, without = world.key(), world.key()
        await world.told(world.sent(without, at=SENT))
        await at(world, 60)

        await world.told(world.extended(unknown, EXPIRY), world.extended(without, EXPIRY + DAY))

        assert [row["state"] for row in await world.rows("SELECT state FROM ladder")] == ["finished"]

    async def test_one_of_an_earlier_epoch_is_ignored(self, world: World) -> None:
        first = world.key()
        second = first.model_copy(update={"epoch": 2})
        await world.told(sent(world, first))
        await at(world, 60)
        await world.told(world.sent(second, at=SENT + 60 * DAY, expiry=60 * DAY))

        await world.told(world.extended(first, EXPIRY + 10 * DAY))

        assert (await world.ladder(first))["state"] == "finished"
        assert (await world.ladder(second))["state"] == "armed"

    async def test_a_first_mail_after_a_moved_expiry_supersedes_the_ladder(self, world: World) -> None:
        first = world.key()
        second = first.model_copy(update={"epoch": 2})
        await world.told(sent(world, first))
        await at(world, 60)
        await world.told(world.extended(first, EXPIRY + 10 * DAY))

        await world.told(world.sent(second, at=SENT + 61 * DAY, expiry=60 * DAY))

        assert (await world.ladder(first))["stop_reason"] == "superseded"
        assert (await world.ladder(second))["state"] == "armed"


class TestStopping:
    """R3: whatever ends the waiting ends the expiry too, in whatever order it is heard of."""

    STOPS = (
        ("declined", "invitation_declined"),
        ("expired", "invitation_expired"),
        ("revoked", "invitation_revoked"),
        ("cancelled", "deactivated"),
        ("failed", "undeliverable"),
    )

    @pytest.mark.parametrize(("happened", "reason"), STOPS)
    async def test_it_stops_while_only_the_expiry_is_left(self, world: World, happened: str, reason: str) -> None:
        key = world.key()
        await world.told(sent(world, key))
        await at(world, 31)

        await world.told(getattr(world, happened)(key))
        await at(world, 61)

        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["steps"]) == ("stopped", ["skipped", "fired"])
        assert await world.harness.said(LadderStopped) == [LadderStopped(ladder=key, reason=reason)]
        assert await expiries(world) == []

    @pytest.mark.parametrize(("happened", "reason"), STOPS)
    async def test_a_stop_that_comes_before_the_start_holds(self, world: World, happened: str, reason: str) -> None:
        key = world.key()

        await world.told(getattr(world, happened)(key), sent(world, key), world.extended(key, EXPIRY + DAY))
        await at(world, 100)

        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["stop_reason"], ladder["expiry_due_at"]) == ("stopped", reason, EXPIRY)
        assert await world.harness.said_types() == ["scheduler.ladder.stopped.v1"]

    @pytest.mark.parametrize(("happened", "reason"), STOPS)
    async def test_an_extension_that_is_overtaken_by_a_stop_arms_nothing(
        self, world: World, happened: str, reason: str
    ) -> None:
        key = world.key()
        await world.told(sent(world, key))
        await at(world, 60)

        await world.told(getattr(world, happened)(key), world.extended(key, EXPIRY + 10 * DAY))
        await at(world, 100)

        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["stop_reason"]) == ("finished", reason)
        assert await expiries(world) == [EXPIRY]
        assert await world.harness.said(LadderStopped) == []

    @pytest.mark.parametrize(("happened", "reason"), [("activated", "account_activated"), ("erased", "account_erased")])
    async def test_the_end_of_an_account_stops_its_ladders_at_every_firm(
        self, world: World, happened: str, reason: str
    ) -> None:
        here, other = world.key(), world.key()
        there, late = world.key(subject=here.subject_id), world.key(subject=here.subject_id)
        await world.told(*(sent(world, key) for key in (here, there, other)))

        await world.told(getattr(world, happened)(here.subject_id), sent(world, late))
        await world.told(world.extended(there, EXPIRY + DAY))
        await at(world, 100)

        stopped = await world.harness.said(LadderStopped)
        assert {(stop.ladder, stop.reason) for stop in stopped} == {(key, reason) for key in (here, there, late)}
        assert [due.ladder for due in await world.harness.said(ExpiryDue)] == [other]

    async def test_an_account_erased_after_the_expiry_was_fired_has_no_expiry_to_move(self, world: World) -> None:
        key = world.key()
        await world.told(sent(world, key))
        await at(world, 60)

        await world.told(world.erased(key.subject_id), world.extended(key, EXPIRY + DAY))
        await at(world, 100)

        assert await expiries(world) == [EXPIRY]
