"""Lanes and workers beside each other: nothing twice, nothing held up by somebody else's trouble (M4, drill 11)."""

import asyncio
import time
from collections import Counter
from typing import Any

from notifier_service.messages.domain import Lane
from service_kit.testing import eventually

World = Any


async def test_two_workers_never_send_one_message_twice(world: World) -> None:
    await world.told(*(world.invitation(f"p{n}@example.com") for n in range(120)), together=True)

    async with world.another_process() as other:
        first, second = world.delivery(), world.delivery(database=other)
        async with world.working(first), world.working(second):
            await world.settled({"sent": 120}, within=40)

    copies = Counter(mail["Message-ID"] for mail in world.smtp.mails)
    assert len(copies) == 120
    assert set(copies.values()) == {1}
    workers = await world.rows("SELECT DISTINCT worker FROM attempt")
    assert len(workers) == 2


async def test_a_sign_in_code_overtakes_five_hundred_queued_invitations(world: World) -> None:
    world.smtp.delay = 0.05
    for start in range(0, 500, 100):
        batch = (world.invitation(f"p{n}@example.com") for n in range(start, start + 100))
        await world.told(*batch, together=True)

    async with world.working(world.delivery(smtp_connections=2)):
        await eventually(world.smtp.has_mail)
        began = time.monotonic()
        await world.told(world.code())
        await eventually(lambda: world.smtp.reached("32470123456@sms.localhost"))
        waited = time.monotonic() - began
        ahead = len(world.smtp.mails)

    assert ahead < 250, f"{ahead} mails went out before the code, which waited {waited:.2f} s"


async def test_a_tarpit_holds_up_only_the_courier_that_is_in_it(world: World) -> None:
    world.smtp.tarpit.add("tar@example.com")
    await world.told(world.invitation("tar@example.com"))

    async with world.working(world.delivery(smtp_connections=2, smtp_command_timeout=3)):
        await world.settled({"sending": 1})
        await world.told(*(world.invitation(f"p{n}@example.com") for n in range(20)), world.code(), together=True)
        await world.settled({"sending": 1, "sent": 21})
        world.smtp.tarpit.clear()
        await world.settled({"sent": 22})

    assert "deferred" in await world.attempts()


async def test_trouble_in_one_lane_does_not_pause_the_other(world: World) -> None:
    away = world.delivery(smtp_port=1)
    well = world.delivery()
    stop = asyncio.Event()
    await world.told(world.invitation())
    loops = [away.lanes[Lane.ORDINARY].run(stop), well.lanes[Lane.SECURITY].run(stop)]
    running = [asyncio.create_task(loop) for loop in loops]

    await eventually(lambda: world.attempted(1))
    await world.told(world.code())
    await eventually(lambda: world.smtp.reached("32470123456@sms.localhost"))

    stop.set()
    await asyncio.gather(*running)
    assert await world.smtp.count_is(1)


async def test_the_ledger_needs_at_most_two_statements_per_mail(world: World) -> None:
    await world.told(*(world.invitation(f"p{n}@example.com") for n in range(60)), together=True)
    delivery = world.delivery(smtp_connections=4, poll_seconds=60)
    stop = asyncio.Event()
    running = asyncio.create_task(delivery.lanes[Lane.ORDINARY].run(stop))
    with world.counting_statements() as counted:
        await eventually(lambda: world.smtp.count_is(60))
        stop.set()
        await running

    # Claim, settle and the outbox's insert, each for as many mails as were ready; begin and commit not counted.
    assert len(counted) <= 2 * 60
