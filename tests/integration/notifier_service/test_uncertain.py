"""Silence after the final dot, cuts, killed workers: at most one extra copy, same Message-ID (drills 11, 12)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.notifier import MessageFailed, MessageSent
from notifier_service.deliveries.domain import AttemptResult, Outcome
from notifier_service.deliveries.service import Finished
from notifier_service.messages.domain import Lane
from service_kit.testing import eventually

World = Any
SHORT = timedelta(milliseconds=200)


class TestAfterTheFinalDot:
    @pytest.mark.parametrize("behaviour", ["SILENT", "CUT"])
    async def test_the_mail_goes_out_once_more_under_the_same_message_id(
        self, world: World, after_dot: Any, behaviour: str
    ) -> None:
        world.smtp.data["lea@example.com"].append(after_dot[behaviour])

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"sent": 1})

        first, copy = world.smtp.mails
        assert first["Message-ID"] == copy["Message-ID"]
        assert await world.attempts() == ["uncertain", "accepted"]
        assert len(await world.harness.said(MessageSent)) == 1

    async def test_after_a_second_silence_it_has_failed_and_the_ledger_explains_both_copies(
        self, world: World, after_dot: Any
    ) -> None:
        world.smtp.data["lea@example.com"].extend([after_dot["SILENT"], after_dot["CUT"], after_dot["SILENT"]])
        invitation = world.invitation()

        async with world.working():
            await world.told(invitation)
            await world.settled({"failed": 1})

        (failed,) = await world.harness.said(MessageFailed)
        assert not failed.permanent
        assert failed.ladder == invitation.ladder
        assert failed.reason.startswith("never confirmed")
        assert len(world.smtp.mails) == 2
        assert await world.attempts() == ["uncertain", "uncertain"]
        assert len({mail["Message-ID"] for mail in world.smtp.mails}) == 1

    async def test_others_are_sent_while_one_is_in_doubt(self, world: World, after_dot: Any) -> None:
        world.smtp.data["silent@example.com"].append(after_dot["SILENT"])
        delivery = world.delivery(smtp_connections=2, smtp_data_timeout=3)

        async with world.working(delivery):
            await world.told(world.invitation("silent@example.com"))
            await eventually(world.smtp.has_mail)
            await world.told(*(world.invitation(f"p{n}@example.com") for n in range(10)), together=True)
            await world.settled({"sending": 1, "sent": 10})
            await world.settled({"sent": 11})


class TestKilledWorkers:
    async def test_a_worker_killed_between_the_250_and_the_ledger_leaves_an_uncertain_attempt(
        self, world: World
    ) -> None:
        await world.told(world.invitation())
        killed = world.delivery(lease=SHORT)
        await killed.ledger.turn(Lane.ORDINARY, [], 1)
        assert await world.states() == {"sending": 1}

        async with world.working():
            await world.settled({"sent": 1})

        assert await world.attempts() == ["uncertain", "accepted"]
        assert len(world.smtp.mails) == 1

    async def test_a_crash_twice_over_the_same_mail_ends_in_a_failure_that_is_told(self, world: World) -> None:
        await world.told(world.invitation())
        killed = world.delivery(lease=timedelta(0))

        for _ in range(2):
            await eventually(lambda: self._claimed(killed))
            await killed.ledger.rescue()

        assert await world.states() == {"failed": 1}
        assert len(await world.harness.said(MessageFailed)) == 1

    async def test_a_mail_that_takes_longer_than_its_lease_is_not_taken_from_a_living_worker(
        self, world: World
    ) -> None:
        world.smtp.delay = 2
        await world.told(world.invitation())

        async with world.working(world.delivery(lease=timedelta(seconds=1), smtp_data_timeout=10)):
            await world.settled({"sent": 1})

        assert await world.attempts() == ["accepted"]
        assert len(world.smtp.mails) == 1

    async def test_a_zombie_that_comes_back_with_the_250_in_time_settles_the_doubt(self, world: World) -> None:
        await world.told(world.invitation())
        zombie = world.delivery(lease=timedelta(0))
        (job,) = await zombie.ledger.turn(Lane.ORDINARY, [], 1)
        await zombie.ledger.rescue()
        assert await world.states() == {"uncertain": 1}

        await zombie.ledger.turn(Lane.ORDINARY, [Finished(job, AttemptResult(Outcome.ACCEPTED, code=250), job.now)], 0)

        assert await world.states() == {"sent": 1}
        assert await world.attempts() == ["accepted"]

    async def test_a_zombie_that_comes_back_too_late_changes_nothing(self, world: World) -> None:
        await world.told(world.invitation())
        zombie = world.delivery(lease=timedelta(0))
        (job,) = await zombie.ledger.turn(Lane.ORDINARY, [], 1)
        await zombie.ledger.rescue()
        async with world.working():
            await world.settled({"sent": 1})

        late = Finished(job, AttemptResult(Outcome.REFUSED, "550 no such mailbox", 550), job.now)
        await zombie.ledger.turn(Lane.ORDINARY, [late], 0)

        assert await world.states() == {"sent": 1}
        assert await world.harness.said(MessageFailed) == []
        # Its own attempt is no longer in doubt, and the record says so.
        assert await world.attempts() == ["refused", "accepted"]

    async def test_a_lane_cancelled_in_the_middle_loses_nothing(self, world: World, after_dot: Any) -> None:
        world.smtp.data["lea@example.com"].append(after_dot["SILENT"])
        await world.told(world.invitation())
        lane = world.delivery(lease=SHORT, smtp_data_timeout=60).lanes[Lane.ORDINARY]
        running = asyncio.create_task(lane.run(asyncio.Event()))
        await eventually(world.smtp.has_mail)

        running.cancel()
        await asyncio.wait([running])
        async with world.working():
            await world.settled({"sent": 1})

        assert len({mail["Message-ID"] for mail in world.smtp.mails}) == 1
        assert await world.attempts() == ["uncertain", "accepted"]

    async def _claimed(self, delivery: Any) -> bool:
        return bool(await delivery.ledger.turn(Lane.ORDINARY, [], 1))
