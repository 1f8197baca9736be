"""R1 to R3 on a real database: what arms a ladder, what stops it, in whatever order it is heard."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from event_contracts.notifier import MessageRef, MessageSent
from event_contracts.scheduler import LadderArmed, LadderStopped
from service_kit.ids import new_id
from service_kit.messaging import Reject
from service_kit.testing.events import arrived

World = Any
DAY = timedelta(days=1)
SENT = datetime(2026, 3, 3, 9, 15, 0, 250_000, tzinfo=UTC)


class TestArming:
    """R1: the first mail's being sent arms the ladder."""

    async def test_a_first_mail_arms_a_ladder_and_says_when_it_is_next_due(self, world: World) -> None:
        key = world.key()

        await world.told(world.sent(key, at=SENT))

        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["steps"]) == ("armed", ["armed", "armed"])
        assert (ladder["started_at"], ladder["next_due_at"]) == (SENT, SENT + 7 * DAY)
        assert await world.harness.said(LadderArmed) == [LadderArmed(ladder=key, next_due_at=SENT + 7 * DAY)]

    async def test_a_mail_that_starts_nothing_arms_nothing(self, world: World) -> None:
        message = MessageRef(message_id=new_id(), template="welcome", channel="email")

        await world.told(MessageSent(message=message, sent_at=SENT))

        assert await world.rows("SELECT * FROM ladder") == []
        assert await world.harness.said_types() == []

    @pytest.mark.parametrize("together", [False, True])
    async def test_the_same_start_told_again_changes_nothing(self, world: World, together: bool) -> None:
        key = world.key()
        again = arrived(world.sent(key, at=SENT))

        await world.told(again, again, world.sent(key, at=SENT + DAY), together=together)

        assert (await world.ladder(key))["started_at"] == SENT
        assert len(await world.rows("SELECT * FROM reminder")) == 2
        assert await world.harness.said_types() == ["scheduler.ladder.armed.v1"]

    async def test_a_policy_of_the_firm_is_obeyed(self, world: World) -> None:
        key = world.key()

        await world.told(world.sent(key, at=SENT, offsets=(3 * DAY, 10 * DAY, 20 * DAY)))

        rows = await world.rows("SELECT due_at FROM reminder ORDER BY step")
        assert [row["due_at"] - SENT for row in rows] == [3 * DAY, 10 * DAY, 20 * DAY]

    async def test_a_time_beyond_the_calendar_is_rejected_and_leaves_nothing(self, world: World) -> None:
        impossible = world.sent(world.key(), at=datetime(9999, 12, 31, tzinfo=UTC))

        (outcome,) = await world.harness.deliver(impossible)

        assert isinstance(outcome, Reject)
        assert await world.rows("SELECT * FROM ladder") == []

    async def test_a_reminder_keeps_the_correlation_of_the_request_that_made_the_invitation(self, world: World) -> None:
        key = world.key()
        await world.told(world.sent(key, at=SENT))

        await world.now_is(SENT + 8 * DAY)
        await world.tick()

        rows = await world.rows("SELECT DISTINCT correlation_id FROM outbox")
        assert [row["correlation_id"] for row in rows] == ["test"]


class TestOneLadderPerPersonAndFirm:
    """R2."""

    async def test_a_first_offer_after_a_ladder_was_stopped_opens_a_new_one(self, world: World) -> None:
        first = world.key()
        second = first.model_copy(update={"epoch": 2})
        await world.told(world.sent(first, at=SENT), world.revoked(first))

        await world.told(world.sent(second, at=SENT + 3 * DAY))

        assert (await world.ladder(first))["state"] == "stopped"
        assert (await world.ladder(second))["next_due_at"] == SENT + 10 * DAY

    async def test_a_new_one_supersedes_an_armed_one_whose_stop_is_still_on_its_way(self, world: World) -> None:
        first = world.key()
        second = first.model_copy(update={"epoch": 2})

        await world.told(world.sent(first, at=SENT), world.sent(second, at=SENT), world.revoked(first))

        stopped = await world.ladder(first)
        assert (stopped["state"], stopped["stop_reason"], stopped["steps"]) == (
            "stopped",
            "superseded",
            ["cancelled", "cancelled"],
        )
        assert (await world.ladder(second))["state"] == "armed"
        assert await world.harness.said(LadderStopped) == [LadderStopped(ladder=first, reason="superseded")]

    async def test_an_earlier_one_that_is_heard_of_late_is_never_armed(self, world: World) -> None:
        first = world.key()
        second = first.model_copy(update={"epoch": 2})

        await world.told(world.sent(second, at=SENT), world.sent(first, at=SENT))

        late = await world.ladder(first)
        assert (late["state"], late["stop_reason"]) == ("stopped", "superseded")
        assert (await world.ladder(second))["state"] == "armed"

    async def test_the_ladders_of_one_person_at_two_firms_are_two(self, world: World) -> None:
        here = world.key()
        there = world.key(subject=here.subject_id)

        await world.told(world.sent(here, at=SENT), world.sent(there, at=SENT), world.revoked(here))

        assert (await world.ladder(here))["state"] == "stopped"
        assert (await world.ladder(there))["state"] == "armed"


class TestStopping:
    """R3."""

    async def test_a_revoked_invitation_stops_its_ladder(self, world: World) -> None:
        key = world.key()

        await world.told(world.sent(key, at=SENT), world.revoked(key))

        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["steps"]) == ("stopped", ["cancelled", "cancelled"])
        assert ladder["next_due_at"] is None
        assert await world.harness.said(LadderStopped) == [LadderStopped(ladder=key, reason="invitation_revoked")]

    async def test_an_activated_account_stops_its_ladders_at_every_firm(self, world: World) -> None:
        here, other = world.key(), world.key()
        there = world.key(subject=here.subject_id)
        await world.told(*(world.sent(key, at=SENT) for key in (here, there, other)))

        await world.told(world.activated(here.subject_id))

        assert [(await world.ladder(key))["state"] for key in (here, there, other)] == ["stopped", "stopped", "armed"]
        said = await world.harness.said(LadderStopped)
        assert {(stop.ladder, stop.reason) for stop in said} == {
            (here, "account_activated"),
            (there, "account_activated"),
        }

    async def test_a_bounced_address_stops_its_ladder(self, world: World) -> None:
        key = world.key()

        await world.told(world.sent(key, at=SENT), world.failed(key))

        assert await world.harness.said(LadderStopped) == [LadderStopped(ladder=key, reason="undeliverable")]

    async def test_a_mail_that_failed_for_another_reason_stops_nothing(self, world: World) -> None:
        key = world.key()

        await world.told(world.sent(key, at=SENT), world.failed(key, permanent=False), world.failed(None))

        assert (await world.ladder(key))["state"] == "armed"

    async def test_a_stop_after_the_last_step_says_nothing(self, world: World) -> None:
        key = world.key()
        await world.told(world.sent(key, at=SENT))
        await world.now_is(SENT + 31 * DAY)
        await world.tick()

        await world.told(world.activated(key.subject_id), world.revoked(key))

        assert (await world.ladder(key))["state"] == "finished"
        assert await world.harness.said(LadderStopped) == []

    async def test_two_stops_in_one_batch_are_one(self, world: World) -> None:
        key = world.key()

        await world.told(world.sent(key, at=SENT), world.revoked(key), world.activated(key.subject_id), together=True)

        assert await world.harness.said(LadderStopped) == [LadderStopped(ladder=key, reason="invitation_revoked")]


class TestReordering:
    """A stop that overtakes the start leaves a tombstone for its epoch, or for the whole subject."""

    async def test_a_revocation_that_comes_first_keeps_the_ladder_from_being_armed(self, world: World) -> None:
        key = world.key()

        await world.told(world.revoked(key), world.sent(key, at=SENT), world.sent(key, at=SENT))

        ladder = await world.ladder(key)
        assert (ladder["state"], ladder["steps"], ladder["started_at"]) == ("stopped", ["cancelled", "cancelled"], SENT)
        assert await world.harness.said_types() == ["scheduler.ladder.stopped.v1"]

    async def test_that_tombstone_is_for_its_epoch_only(self, world: World) -> None:
        key = world.key()
        await world.told(world.revoked(key))

        await world.told(world.sent(key.model_copy(update={"epoch": 2}), at=SENT))

        assert await world.harness.said(LadderArmed) != []

    async def test_an_activation_that_comes_first_keeps_every_ladder_from_being_armed(self, world: World) -> None:
        here = world.key()
        there = world.key(subject=here.subject_id, epoch=4)

        await world.told(world.activated(here.subject_id), world.sent(here, at=SENT), world.sent(there, at=SENT))

        assert [(await world.ladder(key))["steps"] for key in (here, there)] == [["cancelled", "cancelled"]] * 2
        assert await world.harness.said(LadderArmed) == []
        assert [stop.reason for stop in await world.harness.said(LadderStopped)] == ["account_activated"] * 2

    @pytest.mark.parametrize("together", [False, True])
    async def test_every_order_of_the_same_messages_ends_the_same(self, world: World, together: bool) -> None:
        endings = set()
        for order in permutations(range(3)):
            key = world.key()
            events = [world.sent(key, at=SENT), world.revoked(key), world.sent(key, at=SENT)]
            await world.told(*(events[index] for index in order), together=together)
            ladder = await world.ladder(key)
            endings.add((ladder["state"], ladder["stop_reason"], tuple(ladder["steps"]), ladder["started_at"]))

        assert endings == {("stopped", "invitation_revoked", ("cancelled", "cancelled"), SENT)}
