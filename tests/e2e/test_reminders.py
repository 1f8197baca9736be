"""Reminders by the database's clock: at 7 and 30 days, once each, and only the latest after an outage (R1 to R4)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.mailbox import link_in
from local_stack.stack import LocalStack
from local_stack.testing import Office, Records
from service_kit.testing import eventually

Shift = Callable[[timedelta], Awaitable[None]]
Rows = list[Mapping[str, Any]]
MANY = 20


async def ladder_of(records: Records, person: Actor) -> Mapping[str, Any]:
    """The person's ladder, once the first mail armed it."""

    async def armed() -> Rows:
        account_id = await records.value("identity", "SELECT id FROM account WHERE email = $1", person.human.email)
        return await records.rows("scheduler", "SELECT * FROM ladder WHERE subject_id = $1", account_id)

    return (await eventually(armed))[0]


async def steps_of(records: Records, ladder: Mapping[str, Any]) -> Rows:
    return await records.rows("scheduler", "SELECT * FROM reminder WHERE ladder_id = $1 ORDER BY step", ladder["id"])


async def invited(office: Office, records: Records) -> tuple[Actor, Mapping[str, Any]]:
    """Somebody whose first mail was sent, and their ladder."""
    person = office.person()
    await office.invite(person.human)
    await person.newest_link()
    return person, await ladder_of(records, person)


async def subjects(person: Actor) -> list[str]:
    return [mail.subject for mail in await person.mailbox.mails(person.human.email)]


async def test_reminders_go_out_seven_and_thirty_days_after_the_first_mail(
    office: Office, records: Records, shift: Shift
) -> None:
    """R1: absolute durations after the mail's being sent; not a moment before; each with a link that works (I7)."""
    person, ladder = await invited(office, records)
    sent = await records.events("notifier.message.sent.v1")
    first = next(event for event in sent if str(ladder["subject_id"]) == event["message"].get("account_id"))
    assert ladder["started_at"] == datetime.fromisoformat(first["sent_at"])
    steps = await steps_of(records, ladder)
    assert [step["due_at"] - ladder["started_at"] for step in steps] == [timedelta(days=7), timedelta(days=30)]

    for number, step in enumerate(steps, start=1):
        await shift(step["due_at"] - timedelta(seconds=2) - datetime.now(UTC))
        assert len(await subjects(person)) == number
        await person.mailbox.mails_from(person.human.email, number + 1)
        fired = (await steps_of(records, ladder))[number - 1]
        assert timedelta() <= fired["fired_at"] - step["due_at"] < timedelta(seconds=2)

    mails = await person.mailbox.mails(person.human.email)
    assert [mail.subject.partition(":")[0] for mail in mails[1:]] == ["Reminder", "Second reminder"]
    assert len({link_in(mail) for mail in mails}) == 3
    assert {(await person.look(link_in(mail))).status_code for mail in mails} == {200}
    ladder = await ladder_of(records, person)
    # Only the expiry is to come, 30 days after the last reminder (I8, R4).
    assert ladder["state"] == "armed"
    assert ladder["next_due_at"] - ladder["started_at"] == timedelta(days=60)


async def test_after_an_outage_over_both_dates_only_the_latest_reminder_is_mailed(
    stack: LocalStack, office: Office, records: Records, shift: Shift
) -> None:
    """R4: the overtaken one is skipped with an event."""
    person, ladder = await invited(office, records)
    await asyncio.to_thread(stack.stop, "scheduler-worker")
    try:
        await shift(timedelta(days=31))
    finally:
        await asyncio.to_thread(stack.start, "scheduler-worker")

    mails = await person.mailbox.mails_from(person.human.email, 2)

    assert mails[-1].subject.startswith("Second reminder")
    assert [step["state"] for step in await steps_of(records, ladder)] == ["skipped", "fired"]
    subject = str(ladder["subject_id"])
    skipped = await records.events("scheduler.reminder.skipped.v1")
    due = await records.events("scheduler.reminder.due.v1")
    assert [event["step"] for event in skipped if event["ladder"]["subject_id"] == subject] == [1]
    assert [event["step"] for event in due if event["ladder"]["subject_id"] == subject] == [2]
    assert len(await subjects(person)) == 2


async def test_whoever_joined_or_lost_the_offer_is_not_reminded(office: Office, records: Records, shift: Shift) -> None:
    """R3: the ladder stops with the account's creation and with the last offer."""
    joined, withdrawn = office.person(), office.person()
    await office.invite(joined.human)
    dossier_id, grant_id = await office.invite(withdrawn.human)
    await withdrawn.newest_link()
    await ladder_of(records, withdrawn)
    await joined.join(await joined.newest_link())
    await office.withdraw(dossier_id, grant_id)
    waiting, _ = await invited(office, records)

    async def stopped() -> bool:
        states = [(await ladder_of(records, person))["state"] for person in (joined, withdrawn)]
        return states == ["stopped", "stopped"]

    await eventually(stopped)
    await shift(timedelta(days=8))
    await waiting.mailbox.mails_from(waiting.human.email, 2)

    heard = [*await subjects(joined), *await subjects(withdrawn)]
    assert not [subject for subject in heard if "eminder" in subject]


async def test_two_schedulers_do_due_work_once(
    stack: LocalStack, office: Office, records: Records, shift: Shift
) -> None:
    people = [office.person() for _ in range(MANY)]
    await asyncio.gather(*(office.invite(person.human) for person in people))
    ladders = [await ladder_of(records, person) for person in people]
    second = await asyncio.to_thread(stack.add_worker, "scheduler")
    try:
        await shift(timedelta(days=7, seconds=5))
        await asyncio.gather(*(person.mailbox.mails_from(person.human.email, 2, within=60) for person in people))
    finally:
        await asyncio.to_thread(stack.stop, second)

    async def at_rest() -> bool:
        return not await records.unsent() and not await records.unfinished_messages()

    await eventually(at_rest, within=30)
    due = [event["ladder"]["subject_id"] for event in await records.events("scheduler.reminder.due.v1")]
    assert [due.count(str(ladder["subject_id"])) for ladder in ladders] == [1] * MANY
    assert [len(await subjects(person)) for person in people] == [2] * MANY


async def test_an_expired_link_says_so_and_sends_a_fresh_one_to_the_invited_address(
    office: Office, records: Records, shift: Shift
) -> None:
    """I6, I7: expired says so at once; the fresh link works, the older ones stay dead."""
    person, _ = await invited(office, records)
    old = await person.newest_link()
    path = f"{IDENTITY}/invitations/{old.rpartition('/')[2]}"
    await shift(timedelta(days=31))
    await person.mailbox.mails_from(person.human.email, 2)
    await shift(timedelta(days=75))

    page = await person.look(old)
    refusal = await person.anonymous.refused("POST", f"{path}/acceptance", {"password": person.human.password})
    assert (page.status_code, refusal.status, refusal.code) == (410, 410, "invitation_expired")

    renewal = await person.anonymous.send("POST", f"{path}/renewal")
    assert renewal.status_code == 202
    assert person.human.email not in renewal.text
    mails = await person.mailbox.mails_from(person.human.email, 3)
    assert (await person.anonymous.refused("GET", path)).code == "invitation_replaced"
    await person.join(link_in(mails[-1]))
