"""What the server refuses: greylisting (drill 9), bad mailboxes (drill 10), and trouble that is nobody's message's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from event_contracts.notifier import MessageFailed, MessageSent, MessageSuppressed
from service_kit.security.keyring import KeyRing
from service_kit.security.sealing import Sealer
from service_kit.testing import eventually

World = Any


class TestTransientRefusals:
    async def test_a_greylisted_mail_is_sent_later_exactly_once_with_every_attempt_on_record(
        self, world: World
    ) -> None:
        world.smtp.rcpt["lea@example.com"].extend(["451 greylisted", "451 greylisted"])

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"sent": 1})

        assert len(world.smtp.mails) == 1
        assert await world.attempts() == ["deferred", "deferred", "accepted"]
        (row,) = await world.rows("SELECT counted, attempt_number FROM message")
        assert (row["counted"], row["attempt_number"]) == (3, 3)
        times = await world.rows(
            """SELECT a.finished_at, b.started_at FROM attempt a JOIN attempt b
               ON b.message_id = a.message_id AND b.number = a.number + 1 ORDER BY a.number"""
        )
        waits = [row["started_at"] - row["finished_at"] for row in times]
        assert waits[0] >= world.policy.first_delay * 0.8
        assert waits[1] >= world.policy.first_delay * 2 * 0.8

    async def test_a_refusal_after_the_final_dot_that_is_transient_is_tried_again(self, world: World) -> None:
        world.smtp.data["lea@example.com"].append("452 no room just now")

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"sent": 1})

        assert len(world.smtp.mails) == 1
        assert await world.attempts() == ["deferred", "accepted"]

    async def test_when_the_attempts_are_used_up_the_message_has_failed_but_the_address_is_not_blamed(
        self, world: World
    ) -> None:
        world.smtp.rcpt["lea@example.com"].extend(["451 later"] * 10)

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"failed": 1})

        (failed,) = await world.harness.said(MessageFailed)
        assert not failed.permanent
        assert failed.reason.startswith("attempts used up")
        assert len(await world.attempts()) == world.policy.attempts


class TestPermanentRefusals:
    """M5: no retry, the ladder is told, the queue goes on."""

    async def test_an_unknown_mailbox_fails_at_once_and_blocks_nobody(self, world: World) -> None:
        world.smtp.rcpt["lea@example.com"].append("550 no such mailbox")
        bad = world.invitation()

        async with world.working(world.delivery(smtp_connections=1)):
            await world.told(bad, world.invitation("good@example.com"), together=True)
            await world.settled({"failed": 1, "sent": 1})

        (failed,) = await world.harness.said(MessageFailed)
        assert failed.permanent
        assert failed.ladder == bad.ladder
        assert failed.reason == "550 no such mailbox"
        assert failed.message.invitation_id == bad.invitation_id
        assert sorted(await world.attempts()) == ["accepted", "refused"]
        assert world.smtp.connections == 1

    async def test_a_refused_content_fails_at_once(self, world: World) -> None:
        world.smtp.data["lea@example.com"].append("554 refused by policy")

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"failed": 1})

        assert await world.attempts() == ["refused"]

    async def test_a_server_that_quotes_the_link_or_the_address_does_not_get_them_onto_the_record(
        self, world: World
    ) -> None:
        invitation = world.invitation(token="very-secret-token")
        quoting = (
            "554 <lea@example.com> https://access.example/invitation/very-secret-token looks like very-secret-token"
        )
        world.smtp.data["lea@example.com"].append(quoting)

        async with world.working():
            await world.told(invitation)
            await world.settled({"failed": 1})

        record = str(await world.rows("SELECT * FROM message")) + str(await world.rows("SELECT * FROM attempt"))
        said = str(await world.harness.said(MessageFailed))
        assert "554" in said
        assert "very-secret-token" not in record + said
        assert "lea@example.com" not in record + said

    async def test_an_address_outside_ascii_needs_a_server_that_can(self, world: World) -> None:
        async with world.working():
            await world.told(world.invitation("zoé@example.com"))
            await world.settled({"sent": 1})

        assert len(world.smtp.mails) == 1


class TestServerTrouble:
    """Nothing is wrong with the message: the lane pauses and no attempt is counted."""

    @pytest.mark.parametrize("reply", ["421 shutting down", "530 authentication required", "550 relaying denied"])
    async def test_a_refused_sender_counts_no_attempt(self, world: World, reply: str) -> None:
        world.smtp.mail_from.append(reply)

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"sent": 1})

        assert await world.attempts() == ["unavailable", "accepted"]
        (row,) = await world.rows("SELECT counted FROM message")
        assert row["counted"] == 1

    async def test_while_the_server_is_away_messages_wait_and_are_not_used_up(self, world: World) -> None:
        await world.told(*(world.invitation(f"p{n}@example.com") for n in range(20)), together=True)
        away = world.delivery(smtp_port=1)

        async with world.working(away):
            await eventually(lambda: world.attempted(2))
        tried = len(await world.attempts())
        async with world.working():
            await world.settled({"sent": 20})

        assert set((await world.attempts())[:tried]) == {"unavailable"}
        # Four couriers met the trouble together once, afterwards one probe at a time went ahead of the rest.
        assert tried < 20
        assert {row["counted"] for row in await world.rows("SELECT counted FROM message")} == {1}

    async def test_a_session_that_ends_at_the_recipient_is_counted_and_tried_again(self, world: World) -> None:
        world.smtp.rcpt["lea@example.com"].append("421 not you")

        async with world.working():
            await world.told(world.invitation())
            await world.settled({"sent": 1})

        assert await world.attempts() == ["deferred", "accepted"]


class TestSealedValues:
    async def test_a_key_that_arrives_later_opens_what_waited_for_it(self, world: World, other_key: str) -> None:
        newer = Sealer(KeyRing.parse(other_key))

        async with world.working():
            await world.told(world.invitation(sealer=newer))
            await world.settled({"deferred": 1})
        assert set(await world.attempts()) == {"key_unknown"}

        async with world.with_keys(other_key) as informed, informed.working():
            await informed.settled({"sent": 1})
        (row,) = await world.rows("SELECT counted FROM message")
        assert row["counted"] == 1

    async def test_a_value_moved_from_another_invitation_does_not_open(self, world: World) -> None:
        moved = world.invitation().sealed_link

        async with world.working():
            await world.told(world.invitation(sealed_link=moved))
            await world.settled({"failed": 1})

        (failed,) = await world.harness.said(MessageFailed)
        assert not failed.permanent
        assert world.smtp.mails == []

    async def test_a_value_past_its_expiry_is_suppressed_not_sent_late(self, world: World) -> None:
        await world.told(world.code(lives=timedelta(seconds=-1)))

        async with world.working():
            await world.settled({"suppressed": 1})

        (said,) = await world.harness.said(MessageSuppressed)
        assert said.message.template == "sign_in_code"
        assert await world.harness.said(MessageSent) == []
        assert world.smtp.mails == []


async def test_a_mail_that_cannot_be_written_fails_alone_and_stops_nobody_elses(world: World) -> None:
    beyond_every_calendar = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    await world.told(world.invitation(expires_at=beyond_every_calendar), world.invitation("leo@example.com"))

    async with world.working():
        await world.settled({"failed": 1, "sent": 1})

    (failed,) = await world.harness.said(MessageFailed)
    assert (failed.reason, failed.permanent) == ("cannot be written: OverflowError", False)


async def test_a_mail_that_outlives_a_stopped_database_is_still_written_down_as_sent(world: World) -> None:
    world.smtp.delay = 0.2
    await world.told(world.invitation())

    async with world.another_process() as other, world.working(world.delivery(database=other)):
        await eventually(world.smtp.has_mail)
        await world.cut_database_connections()
        await world.settled({"sent": 1})

    assert await world.attempts() == ["accepted"]
    assert len(world.smtp.mails) == 1
