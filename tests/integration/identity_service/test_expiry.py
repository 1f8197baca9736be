"""The end of an invitation: in time as the ladder's last step (R4, I8), by a bounce (M5), by a lapse (A10)."""

from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import GrantLapsed, SignInInformationRequested
from event_contracts.identity import InvitationExpired, InvitationExtended, Occasion, ReminderWithheld
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.people import LadderKey, LadderPolicy, OfferKind
from event_contracts.scheduler import ExpiryDue
from identity_service.invitations.ending import expire_overdue
from service_kit.ids import new_id

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"


def due(world: World, ladder: LadderKey) -> ExpiryDue:
    return ExpiryDue(ladder=ladder, due_at=world.clock.now())


def lapsed(offer: Any) -> GrantLapsed:
    return GrantLapsed(grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id)


def failed(issued: Any, **changes: Any) -> MessageFailed:
    message = MessageRef(
        message_id=new_id(), template="invitation_first", channel="email", invitation_id=issued.invitation_id
    )
    failure = MessageFailed(message=message, ladder=issued.ladder, reason="no such user", permanent=True)
    return failure.model_copy(update=changes)


async def sweep(world: World) -> int:
    async with world.database.transaction() as uow:
        found: int = await expire_overdue(uow)
        return found


async def states(world: World) -> list[str]:
    return [row["state"] for row in await world.rows("SELECT state FROM invitation ORDER BY epoch")]


async def test_r4_the_ladders_policy_names_its_expiry_after_every_reminder(world: World) -> None:
    await world.told(world.offered(policy=LadderPolicy(offsets=(timedelta(seconds=3), timedelta(seconds=6)))))
    assert (await world.issued())[0].policy.expiry == timedelta(seconds=6) + 30 * DAY


async def test_r4_a_due_expiry_ends_the_invitation_once_and_names_what_still_waits(world: World) -> None:
    firm = world.firm()
    one, two, gone = world.offered(firm), world.offered(firm), world.offered(firm)
    await world.told(one, two, gone, world.withdrawn(gone))
    first = (await world.issued())[0]
    await world.later(60 * DAY)
    await world.told(due(world, first.ladder), due(world, first.ladder))

    (expired,) = await world.harness.said(InvitationExpired)
    assert (expired.invitation_id, expired.ladder) == (first.invitation_id, first.ladder)
    assert expired.offer_ids == (one.grant_id, two.grant_id)
    assert await states(world) == ["expired"]
    assert {row["state"] for row in await world.rows("SELECT state FROM offer")} == {"offered", "withdrawn"}


async def test_i8_a_resend_outlives_the_expiry_step_of_its_ladder(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    first = (await world.issued())[0]
    await world.later(29 * DAY)
    await world.told(
        SignInInformationRequested(
            offer_id=offer.grant_id, kind=OfferKind.DOSSIER, firm=offer.firm, requested_by="Anne Dubois"
        )
    )
    await world.later(58 * DAY)
    await world.told(due(world, first.ladder))
    (extended,) = await world.harness.said(InvitationExtended)
    assert (extended.ladder, extended.expires_at) == (first.ladder, (await world.issued())[1].expires_at)
    assert extended.expires_at > world.clock.now()


async def test_i8_a_late_reminder_moves_the_expiry_step(world: World) -> None:
    await world.told(world.offered())
    first = (await world.issued())[0]
    await world.later(36 * DAY)
    await world.told(await world.due(first.ladder, 2, last=True))
    await world.later(60 * DAY)
    await world.told(due(world, first.ladder))

    (extended,) = await world.harness.said(InvitationExtended)
    assert (extended.ladder, extended.expires_at) == (first.ladder, (await world.issued())[-1].expires_at)
    assert await world.harness.said(InvitationExpired) == []
    await world.later(67 * DAY)
    await world.told(due(world, first.ladder))
    assert len(await world.harness.said(InvitationExpired)) == 1


async def _accepted(world: World, offer: Any) -> None:
    await world.accept((await world.tokens())[0])


async def _withdrawn(world: World, offer: Any) -> None:
    await world.told(world.withdrawn(offer))


async def _newer(world: World, offer: Any) -> None:
    await world.later(60 * DAY)
    await world.told(world.offered(offer.firm))


@pytest.mark.parametrize("happens", [_accepted, _withdrawn, _newer])
async def test_r4_the_expiry_of_a_ladder_that_is_over_ends_nothing(world: World, happens: Any) -> None:
    offer = world.offered()
    await world.told(offer)
    ladder = (await world.issued())[0].ladder
    await happens(world, offer)
    before = await world.harness.said_types()
    await world.later(90 * DAY)
    other = ladder.model_copy(update={"kind": "questionnaire"})
    unknown = ladder.model_copy(update={"subject_id": offer.grant_id})
    await world.told(*(due(world, key) for key in (ladder, other, unknown)))
    assert await world.harness.said_types() == before


async def test_i8_what_no_ladder_ends_expires_by_housekeeping(world: World) -> None:
    """Its mail was held, suppressed or bounced: nothing was armed, and the manager must hear of it all the same."""
    await world.told(world.offered(), world.offered(person=world.person(email="an@example.org")))
    await world.later(37 * DAY + timedelta(hours=1))
    await world.told(world.offered(person=world.person(email="nieuw@example.org")))
    assert await sweep(world) == 0, "the ladder's own step has the first word"

    await world.later(39 * DAY)
    assert await sweep(world) == 2
    assert await sweep(world) == 0
    assert len(await world.harness.said(InvitationExpired)) == 2
    assert sorted(await states(world)) == ["expired", "expired", "pending"]


async def test_m5_a_bounce_makes_it_undeliverable_and_the_next_offer_starts_anew(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm))
    first = (await world.issued())[0]
    await world.told(failed(first, bounced=True), await world.due(first.ladder))

    (row,) = await world.rows("SELECT undeliverable_at, ladder_ended, state FROM invitation")
    assert (row["undeliverable_at"] is not None, row["ladder_ended"], row["state"]) == (True, True, "pending")
    assert [said.reason for said in await world.harness.said(ReminderWithheld)] == ["undeliverable"]

    await world.told(world.offered(firm))
    again = (await world.issued())[-1]
    assert (again.occasion, again.ladder.epoch) == (Occasion.FIRST, 2)
    assert await world.rows("SELECT undeliverable_at FROM invitation") == [{"undeliverable_at": None}]
    await world.told(failed(first, bounced=True))
    assert await world.rows("SELECT undeliverable_at FROM invitation") == [{"undeliverable_at": None}]


async def test_m5_failures_that_concern_no_invitation_or_pass_change_nothing(world: World) -> None:
    await world.told(world.offered())
    first = (await world.issued())[0]
    before = await world.everything()
    other = failed(first).message.model_copy(update={"invitation_id": None})
    unknown = failed(first).message.model_copy(update={"invitation_id": new_id()})
    await world.told(failed(first, permanent=False), failed(first, message=other), failed(first, message=unknown))
    kept = [line for line in (await world.everything()).splitlines() if not line.startswith("inbox:")]
    assert kept == [line for line in before.splitlines() if not line.startswith("inbox:")]


async def test_a13_a_bounce_of_one_firms_mail_leaves_the_other_firms_ladder(world: World) -> None:
    await world.told(world.offered(), world.offered())
    ours, theirs = await world.issued()
    await world.told(failed(ours), await world.due(theirs.ladder))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER


async def test_a10_a_lapsed_offer_is_gone_and_its_dead_link_promises_no_fresh_one(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    await world.later(60 * DAY)
    await world.told(due(world, (await world.issued())[0].ladder))
    assert (await world.client.get(f"{API}/{token}")).json()["code"] == "invitation_expired"
    await world.later(150 * DAY)
    await world.told(lapsed(offer))
    assert (await world.client.get(f"{API}/{token}")).json()["code"] == "invitation_revoked"
    renewal = await world.client.post(f"{API}/{token}/renewal")
    assert (renewal.status_code, renewal.json()["code"]) == (410, "invitation_revoked")
    assert len(await world.issued()) == 1
