"""The rights page (A15): everybody of the tree, how far each right has come, and what the last words about it were."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.identity import AccountState, InvitationAccepted, InvitationIssued, InvitationRevoked, Occasion
from event_contracts.notifier import MessageFailed, MessageRef, MessageSent, MessageSuppressed
from event_contracts.people import (
    FirmRef,
    LadderKey,
    LadderPolicy,
    Language,
    Offer,
    OfferKind,
    Recipient,
    SealedValue,
)
from event_contracts.scheduler import LadderAdvanced, LadderArmed, LadderStopped
from service_kit.ids import new_id
from service_kit.testing.events import arrived

POLICY = LadderPolicy(offsets=(timedelta(days=7),))


class Invited:
    """An offered grant of a child, linked to a pending account with one invitation."""

    def __init__(self, world: Any, office: Any, dossier: Any, grant: dict[str, Any]) -> None:
        self.world, self.office, self.dossier = world, office, dossier
        self.offer_id = UUID(grant["id"])
        self.account_id, self.invitation_id = new_id(), new_id()
        self.ladder = LadderKey(kind="invitation", subject_id=self.account_id, firm_id=office.firm_id, epoch=1)

    def linked(self, state: AccountState = AccountState.PENDING) -> Any:
        return self.world.linked(self.offer_id, self.account_id, state, invitation_id=self.invitation_id)

    def issued(self, expires_at: datetime, step: int | None = None) -> InvitationIssued:
        return InvitationIssued(
            invitation_id=self.invitation_id,
            account_id=self.account_id,
            firm=FirmRef(firm_id=self.office.firm_id, name="Cabinet", language=Language.FR),
            recipient=Recipient(email="a@b.example", given_name="A", family_name="B", language=Language.FR),
            user_name="a.b",
            occasion=Occasion.REMINDER if step else Occasion.FIRST,
            step=step,
            offers=(Offer(offer_id=self.offer_id, kind=OfferKind.DOSSIER),),
            granted_by="Marc",
            sealed_link=SealedValue(
                kid="k", purpose="p", subject="s", recipient="r", expires_at=expires_at, ciphertext="c"
            ),
            expires_at=expires_at,
            ladder=self.ladder,
            policy=POLICY,
        )

    def accepted(self) -> InvitationAccepted:
        return InvitationAccepted(
            invitation_id=self.invitation_id,
            account_id=self.account_id,
            firm_id=self.office.firm_id,
            offer_ids=(self.offer_id,),
        )

    def revoked(self) -> InvitationRevoked:
        return InvitationRevoked(
            invitation_id=self.invitation_id,
            account_id=self.account_id,
            firm_id=self.office.firm_id,
            ladder=self.ladder,
        )

    def message(self, template: str = "invitation_first") -> MessageRef:
        return MessageRef(message_id=new_id(), template=template, channel="email", offer_ids=(self.offer_id,))

    async def shown(self) -> dict[str, Any]:
        answer = await self.office.accountant.get(self.dossier.path + "/rights")
        assert answer.status_code == 200, answer.text
        (grant,) = [person["grant"] for person in answer.json()["people"] if person["grant"]]
        shown: dict[str, Any] = grant
        return shown


@pytest.fixture
async def invited(world: Any) -> Invited:
    office = await world.office()
    dossier = await world.dossier(office)
    body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
    return Invited(world, office, dossier, await office.accountant.made(dossier.path + "/grants", body))


async def test_a15_everybody_of_the_tree_is_listed_with_or_without_a_right(invited: Invited) -> None:
    people = (await invited.office.accountant.get(invited.dossier.path + "/rights")).json()["people"]

    assert [(person["role"], person["grant"] is not None) for person in people] == [("holder", False), ("family", True)]
    assert people[1]["grant"]["state"] == "offered"
    assert people[1]["grant"]["etag"] == people[1]["etag"] == '"1"'
    assert people[1]["grant"]["given_by_name"] == "Marc Manager"


async def test_a15_invitation_mail_and_next_reminder_are_shown(world: Any, invited: Invited, now: datetime) -> None:
    due, expiry = now + timedelta(days=7), now + timedelta(days=37)

    await world.told(
        invited.linked(),
        invited.issued(expiry),
        MessageSent(message=invited.message(), sent_at=now),
        LadderArmed(ladder=invited.ladder, next_due_at=due),
    )

    shown = await invited.shown()
    assert shown["account_state"] == "pending"
    assert shown["invitation"]["state"] == "pending"
    assert datetime.fromisoformat(shown["invitation"]["expires_at"]) == expiry
    assert (shown["last_mail"]["state"], shown["last_mail"]["template"]) == ("sent", "invitation_first")
    assert datetime.fromisoformat(shown["next_reminder_at"]) == due


async def test_i5_a_new_invitation_takes_over_what_an_expired_one_offered(
    world: Any, invited: Invited, now: datetime
) -> None:
    old, later = invited.invitation_id, now + timedelta(days=77)
    await world.told(invited.linked(), invited.issued(now))
    invited.invitation_id = new_id()
    await world.told(invited.issued(later), arrived(invited.accepted(), sequence=9))

    shown = (await invited.shown())["invitation"]
    assert (shown["state"], datetime.fromisoformat(shown["expires_at"])) == ("accepted", later)
    invited.invitation_id = old
    await world.told(invited.issued(now))
    assert (await invited.shown())["invitation"]["state"] == "accepted"


async def test_the_same_is_shown_whatever_the_order(world: Any, invited: Invited, now: datetime) -> None:
    due = now + timedelta(days=7)

    await world.told(
        LadderArmed(ladder=invited.ladder, next_due_at=due),
        MessageSent(message=invited.message(), sent_at=now),
        invited.issued(now + timedelta(days=37)),
        invited.linked(),
    )

    shown = await invited.shown()
    assert (shown["invitation"]["state"], shown["last_mail"]["state"]) == ("pending", "sent")
    assert datetime.fromisoformat(shown["next_reminder_at"]) == due


async def test_an_invitation_linked_before_it_was_heard_of_is_pending(world: Any, invited: Invited) -> None:
    await world.told(invited.linked())

    assert (await invited.shown())["invitation"] == {"state": "pending", "expires_at": None}


async def test_an_older_word_never_overwrites_a_newer_one(world: Any, invited: Invited, now: datetime) -> None:
    later = now + timedelta(days=30)
    await world.told(
        invited.linked(),
        arrived(invited.accepted(), sequence=9),
        arrived(invited.issued(later), sequence=3),
        arrived(LadderAdvanced(ladder=invited.ladder, step=1, next_due_at=later), sequence=8),
        arrived(LadderArmed(ladder=invited.ladder, next_due_at=now), sequence=4),
        arrived(MessageSent(message=invited.message("reminder_1"), sent_at=later), sequence=6),
        arrived(MessageSent(message=invited.message(), sent_at=now), sequence=2),
    )

    shown = await invited.shown()
    assert shown["invitation"]["state"] == "accepted"
    assert datetime.fromisoformat(shown["next_reminder_at"]) == later
    assert shown["last_mail"]["template"] == "reminder_1"


@pytest.mark.parametrize("state", ["failed", "suppressed"])
async def test_m5_a_mail_that_did_not_go_out_says_why(world: Any, invited: Invited, state: str) -> None:
    message = invited.message()
    what = (
        MessageFailed(message=message, ladder=invited.ladder, reason="no such mailbox", permanent=True)
        if state == "failed"
        else MessageSuppressed(message=message, reason="no such mailbox")
    )

    await world.told(invited.linked(), what)

    shown = await invited.shown()
    assert (shown["last_mail"]["state"], shown["last_mail"]["reason"]) == (state, "no such mailbox")


async def test_r2_a_new_ladder_replaces_the_old_and_the_old_ones_late_words_do_not_count(
    world: Any, invited: Invited, now: datetime
) -> None:
    second = invited.ladder.model_copy(update={"epoch": 2})

    await world.told(
        invited.linked(),
        arrived(LadderArmed(ladder=second, next_due_at=now), sequence=5),
        arrived(LadderStopped(ladder=invited.ladder, reason="withdrawn"), sequence=99),
    )

    assert datetime.fromisoformat((await invited.shown())["next_reminder_at"]) == now


async def test_r3_no_reminder_is_shown_once_the_ladder_stopped_or_the_grant_is_active(
    world: Any, invited: Invited, now: datetime
) -> None:
    await world.told(invited.linked(), LadderArmed(ladder=invited.ladder, next_due_at=now))
    await world.told(arrived(LadderStopped(ladder=invited.ladder, reason="account"), sequence=2))
    stopped = await invited.shown()
    await world.told(arrived(LadderArmed(ladder=invited.ladder, next_due_at=now), sequence=3))
    await world.told(world.activated(invited.account_id))
    active = await invited.shown()

    assert stopped["next_reminder_at"] is None
    assert (active["state"], active["account_state"], active["next_reminder_at"]) == ("active", "active", None)


async def test_a_revoked_invitation_is_shown_with_the_withdrawn_grant(world: Any, invited: Invited) -> None:
    await world.told(invited.linked())
    path = f"{invited.dossier.path}/grants/{invited.offer_id}/withdraw"
    await invited.office.accountant.post(path)
    await world.told(arrived(invited.revoked(), sequence=2))

    shown = await invited.shown()
    assert (shown["state"], shown["invitation"]["state"]) == ("withdrawn", "revoked")


async def test_i1_a_withdrawn_grant_says_nothing_more_of_an_account(world: Any, invited: Invited) -> None:
    """What the person does afterwards, with the invitation of another firm say, is no business of this one (A13)."""
    await world.told(invited.linked())
    await invited.office.accountant.post(f"{invited.dossier.path}/grants/{invited.offer_id}/withdraw")
    await world.told(world.activated(invited.account_id))

    shown = await invited.shown()
    assert (shown["state"], shown["account_state"], shown["user_name"]) == ("withdrawn", None, None)


async def test_ladders_of_other_kinds_are_no_reminders_of_access(world: Any, invited: Invited, now: datetime) -> None:
    other = invited.ladder.model_copy(update={"kind": "questionnaire"})

    await world.told(invited.linked(), LadderArmed(ladder=other, next_due_at=now))

    assert (await invited.shown())["next_reminder_at"] is None


async def test_a_mail_about_staff_or_about_nothing_known_is_kept_without_harm(world: Any, now: datetime) -> None:
    stray = MessageRef(message_id=new_id(), template="welcome", channel="email", offer_ids=(new_id(), new_id()))
    nothing = MessageRef(message_id=new_id(), template="welcome", channel="email")

    await world.told(MessageSent(message=stray, sent_at=now), MessageSent(message=nothing, sent_at=now))

    (kept,) = await world.rows("SELECT count(*) AS n FROM last_mail")
    assert kept["n"] == 2


async def test_a2_a14_manager_team_and_holders_see_it(world: Any, invited: Invited) -> None:
    office, dossier = invited.office, invited.dossier
    helper, membership_id = await world.colleague(office.firm_id, office.administrator)
    await office.accountant.call("PUT", f"{dossier.path}/team/{membership_id}")
    holder, _ = await world.granted(office, dossier, dossier.holder_id)
    child = world.somebody()
    await world.joins(invited.offer_id, child)

    answers = {
        "helper": await helper.get(dossier.path + "/rights"),
        "holder": await holder.get(dossier.path + "/rights"),
        "administrator": await office.administrator.get(dossier.path + "/rights"),
        "child": await child.get(dossier.path + "/rights"),
    }

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "helper": 200,
        "holder": 200,
        "administrator": 403,
        "child": 403,
    }
    assert answers["administrator"].json()["rule"] == "A14"
    assert answers["child"].json()["rule"] == "A2"
