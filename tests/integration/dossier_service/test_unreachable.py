"""Mails that do not arrive (M5, M6): shown on the rights page, told to the manager, over once the address is right."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import GrantMoved, SignInInformationRequested
from event_contracts.firms import NoticeIssued
from event_contracts.identity import AccountState
from event_contracts.notifier import MessageFailed, MessageHeld, MessageRef, MessageSent, MessageSuppressed
from service_kit.ids import new_id
from service_kit.testing.events import arrived


class Invited:
    """A child that was offered a right."""

    def __init__(self, world: Any, office: Any, dossier: Any, grant_id: str) -> None:
        self.world, self.office, self.dossier, self.grant_id = world, office, dossier, grant_id

    def mail(self, **changes: Any) -> MessageRef:
        values = {"message_id": new_id(), "template": "invitation_first", "channel": "email"}
        return MessageRef(**{**values, "offer_ids": (UUID(self.grant_id),), **changes})

    def failed(self, mail: MessageRef | None = None, **changes: Any) -> MessageFailed:
        values = {"message": mail or self.mail(), "reason": "550 no such mailbox", "permanent": True}
        return MessageFailed(**{**values, **changes})

    async def shown(self) -> dict[str, Any]:
        people = (await self.office.accountant.get(self.dossier.path + "/rights")).json()["people"]
        (grant,) = [person["grant"] for person in people if person["id"] == self.dossier.child_id]
        shown: dict[str, Any] = grant
        return shown

    async def told(self) -> list[tuple[UUID, str]]:
        notices = await self.world.harness.said(NoticeIssued)
        return [(one.account_id, line.kind) for one in notices for line in one.lines if one.audience == "manager"]


@pytest.fixture
async def invited(world: Any) -> Invited:
    return await _invited(world, "Cabinet Dupont")


async def _invited(world: Any, name: str) -> Invited:
    office = await world.office(name)
    dossier = await world.dossier(office)
    body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True, "email": "lea@wrong.example"}
    grant = await office.accountant.made(dossier.path + "/grants", body)
    return Invited(world, office, dossier, grant["id"])


async def test_m5_a_dead_address_is_shown_and_told_and_correcting_it_starts_anew(world: Any, invited: Invited) -> None:
    await world.told(invited.failed())
    dead = await invited.shown()

    person = f"{invited.dossier.path}/people/{invited.dossier.child_id}"
    correction = {"email": "lea@right.example", "contact_confirmed": True}
    await invited.office.accountant.call("PATCH", person, correction, If_Match="*")
    corrected = await invited.shown()
    answer = await invited.office.accountant.post(f"{invited.dossier.path}/grants/{corrected['id']}/resend")

    assert (dead["undeliverable"], dead["last_mail"]["reason"]) == (True, "550 no such mailbox")
    assert await invited.told() == [(invited.office.accountant.account_id, "undeliverable")]
    assert (corrected["undeliverable"], corrected["last_mail"]) == (False, None)
    (moved,) = await world.harness.said(GrantMoved)
    assert str(moved.grant_id) == corrected["id"]
    assert answer.status_code == 202
    assert len(await world.harness.said(SignInInformationRequested)) == 1


async def test_m4_attempts_that_are_used_up_are_no_dead_address(world: Any, invited: Invited) -> None:
    await world.told(invited.failed(permanent=False))

    shown = await invited.shown()
    assert (shown["undeliverable"], shown["last_mail"]["state"]) == (False, "failed")
    assert await invited.told() == []


async def test_m5_a_bounce_that_is_reported_twice_is_told_once(world: Any, invited: Invited, now: datetime) -> None:
    mail = invited.mail()
    bounced = arrived(invited.failed(mail, bounced=True), sequence=2, time=now + timedelta(minutes=5))

    await world.told(MessageSent(message=mail, sent_at=now), bounced, bounced)
    await world.told(arrived(MessageSent(message=mail, sent_at=now), sequence=1))

    assert (await invited.shown())["undeliverable"] is True
    assert len(await invited.told()) == 1


async def test_a_welcome_mail_bounce_goes_unnoticed(world: Any, invited: Invited, now: datetime) -> None:
    """The pain: it belongs to no firm, so nobody heard of it. Everybody who let the person in does."""
    account, other = new_id(), await _invited(world, "Cabinet Autre")
    stranger = await _invited(world, "Cabinet Étranger")
    for one in (invited, other):
        await world.told(world.linked(one.grant_id, account, AccountState.ACTIVE))
    welcome = invited.mail(template="welcome", account_id=account, offer_ids=())

    await world.told(arrived(invited.failed(welcome), time=now))
    dead = [await one.shown() for one in (invited, other, stranger)]
    later = invited.mail(template="holder_notice", account_id=account, offer_ids=())
    await world.told(MessageSent(message=later, sent_at=now + timedelta(hours=1)))
    alive = [await one.shown() for one in (invited, other)]

    assert [one["undeliverable"] for one in dead] == [True, True, False]
    told = [account_id for account_id, kind in await invited.told() if kind == "undeliverable"]
    assert sorted(told) == sorted([invited.office.accountant.account_id, other.office.accountant.account_id])
    assert [one["undeliverable"] for one in alive] == [False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"template": "email_code"},
        {"template": "email_changed"},
        {"template": "sign_in_code", "channel": "sms"},
    ],
)
async def test_i9_mails_to_other_addresses_say_nothing_about_the_accounts_own(
    world: Any, invited: Invited, changes: dict[str, str]
) -> None:
    account = new_id()
    await world.told(world.linked(invited.grant_id, account, AccountState.ACTIVE))

    await world.told(invited.failed(invited.mail(account_id=account, offer_ids=(), **changes)))

    assert (await invited.shown())["undeliverable"] is False
    assert "undeliverable" not in {kind for _, kind in await invited.told()}


@pytest.mark.parametrize("withheld", ["suppressed", "held"])
async def test_m6_a_withheld_mail_does_not_hide_what_became_of_the_one_before(
    world: Any, invited: Invited, now: datetime, withheld: str
) -> None:
    first, second = invited.mail(), invited.mail(template="reminder_1")
    what = (
        MessageHeld(message=second)
        if withheld == "held"
        else MessageSuppressed(message=second, reason="the invitation was revoked")
    )

    await world.told(arrived(what, time=now + timedelta(days=7)), MessageSent(message=first, sent_at=now))
    waiting = await invited.shown()
    await world.told(MessageSent(message=second, sent_at=now + timedelta(days=8)))
    released = await invited.shown()

    assert (waiting["last_mail"]["state"], waiting["withheld_mail"]["state"]) == ("sent", withheld)
    assert waiting["withheld_mail"]["template"] == "reminder_1"
    assert (released["last_mail"]["template"], released["withheld_mail"]) == ("reminder_1", None)


async def test_m6_a_first_mail_that_is_held_is_the_last_there_is(world: Any, invited: Invited) -> None:
    await world.told(MessageHeld(message=invited.mail()))

    shown = await invited.shown()
    assert (shown["last_mail"]["state"], shown["withheld_mail"]) == ("held", None)
