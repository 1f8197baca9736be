"""The whole life of an invitation on the rights page (A15, I5), for one firm and beside another (A13)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.firms import NoticeIssued
from event_contracts.identity import InvitationDeclined, InvitationExpired, InvitationExtended
from event_contracts.notifier import MessageRef, MessageSent
from event_contracts.people import LadderKey
from event_contracts.scheduler import LadderArmed
from service_kit.ids import new_id
from service_kit.testing.clock import set_app_now
from service_kit.testing.events import arrived


class Invited:
    """Somebody of one firm's dossier, invited with an invitation of that firm."""

    def __init__(self, world: Any, office: Any, dossier: Any, grant_id: str, person_id: str, account_id: UUID) -> None:
        self.world, self.office, self.dossier, self.grant_id = world, office, dossier, grant_id
        self.person_id, self.account_id, self.invitation_id = person_id, account_id, new_id()

    def word(self, kind: Any, **more: Any) -> Any:
        firm_id = self.office.firm_id
        ladder = LadderKey(kind="invitation", subject_id=self.account_id, firm_id=firm_id, epoch=1)
        ids = {"invitation_id": self.invitation_id, "account_id": self.account_id, "firm_id": firm_id}
        return kind(**ids, ladder=ladder, **more)

    def declined(self) -> Any:
        return self.word(InvitationDeclined, offer_ids=(self.grant_id,))

    def expired(self) -> Any:
        return self.word(InvitationExpired, offer_ids=(self.grant_id,))

    def lives_until(self, expires_at: datetime) -> Any:
        return self.word(InvitationExtended, expires_at=expires_at)

    async def linked(self) -> None:
        link = self.world.linked(self.grant_id, self.account_id, invitation_id=self.invitation_id)
        await self.world.told(link)

    async def shown(self) -> dict[str, Any]:
        people = (await self.office.accountant.get(self.dossier.path + "/rights")).json()["people"]
        (grant,) = [person["grant"] for person in people if person["id"] == self.person_id]
        shown: dict[str, Any] = grant
        return shown


async def invite(world: Any, name: str, role: str = "family", account_id: UUID | None = None) -> Invited:
    office = await world.office(name)
    dossier = await world.dossier(office)
    person_id = dossier.holder_id if role == "holder" else dossier.child_id
    body = {"person_id": person_id, "right": "read", "contact_confirmed": True, "email": f"{new_id()}@example.com"}
    grant = await office.accountant.made(dossier.path + "/grants", body)
    invited = Invited(world, office, dossier, grant["id"], person_id, account_id or new_id())
    await invited.linked()
    return invited


@pytest.mark.parametrize("role", ["family", "holder"])
async def test_i8_past_its_time_an_invitation_is_expired_at_once_event_or_not(
    world: Any, now: datetime, role: str
) -> None:
    invited = await invite(world, "Cabinet Un", role)
    expires_at = now + timedelta(days=37)
    await world.told(invited.lives_until(expires_at))
    before = await invited.shown()

    await set_app_now(world.owner_url, timedelta(days=38))
    after = await invited.shown()

    assert (before["invitation"]["state"], before["lapses_at"]) == ("pending", None)
    assert (after["state"], after["invitation"]["state"]) == ("offered", "expired")
    if role == "holder":
        assert after["lapses_at"] is None
    else:
        assert datetime.fromisoformat(after["lapses_at"]) == expires_at + timedelta(days=90)


async def test_r4_an_expired_invitation_is_shown_and_a_fresh_one_takes_its_place(world: Any, now: datetime) -> None:
    invited = await invite(world, "Cabinet Un")

    await world.told(arrived(invited.lives_until(now + timedelta(days=1)), sequence=1))
    await world.told(arrived(invited.expired(), sequence=2))
    expired = await invited.shown()
    await world.told(arrived(invited.lives_until(now + timedelta(days=37)), sequence=3))
    fresh = await invited.shown()

    assert (expired["invitation"]["state"], expired["resend"]["possible"]) == ("expired", True)
    assert (fresh["invitation"]["state"], fresh["lapses_at"]) == ("pending", None)


async def test_m8_an_expiry_that_is_heard_of_after_the_fresh_invitation_is_not_told(world: Any, now: datetime) -> None:
    invited = await invite(world, "Cabinet Un")

    await world.told(arrived(invited.lives_until(now + timedelta(days=37)), sequence=3))
    await world.told(arrived(invited.expired(), sequence=2))

    assert (await invited.shown())["invitation"]["state"] == "pending"
    assert await world.harness.said(NoticeIssued) == []


async def test_i5_a_declined_invitation_is_shown_with_the_declined_grant(world: Any) -> None:
    invited = await invite(world, "Cabinet Un")

    await world.told(arrived(invited.declined(), sequence=2))

    shown = await invited.shown()
    assert (shown["state"], shown["invitation"]["state"]) == ("declined", "declined")
    assert (shown["resend"]["possible"], shown["resend"]["rule"]) == (False, "A10")


async def test_a13_nothing_of_one_firm_shows_on_the_others_page(world: Any, now: datetime) -> None:
    account = new_id()
    one = await invite(world, "Cabinet Un", account_id=account)
    other = await invite(world, "Cabinet Deux", account_id=account)
    await world.told(other.lives_until(now + timedelta(days=37)))
    before = await other.shown()
    mail = MessageRef(message_id=new_id(), template="invitation_first", channel="email", offer_ids=(one.grant_id,))
    ladder = LadderKey(kind="invitation", subject_id=account, firm_id=one.office.firm_id, epoch=9)

    await world.told(
        MessageSent(message=mail, sent_at=now),
        LadderArmed(ladder=ladder, next_due_at=now),
        arrived(one.declined(), sequence=2),
    )
    await one.office.accountant.post(f"{one.dossier.path}/grants/{one.grant_id}/resend")

    assert await other.shown() == before
    assert "Cabinet Un" not in str(before)
    told = {notice.firm.firm_id for notice in await world.harness.said(NoticeIssued)}
    assert told == {one.office.firm_id}
