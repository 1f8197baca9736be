"""Offers that dossier suspends (R3): nothing is mailed about them, their links live on, and a resumed one is mailed."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import GrantMoved, OfferResumed, OfferSuspended, SignInInformationRequested
from event_contracts.firms import PortalUserDeactivated, PortalUserReactivated
from event_contracts.identity import (
    AccessLinked,
    InvitationAccepted,
    InvitationExpired,
    InvitationRevoked,
    LadderCancelled,
    Occasion,
    ReminderWithheld,
    SignInInformationIssued,
)
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.people import OfferKind
from event_contracts.scheduler import LadderStopped
from identity_service.invitations.ending import expire_overdue
from service_kit.ids import new_id
from service_kit.testing.events import arrived

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"


def suspended(offer: Any, sequence: int = 2) -> Any:
    said = OfferSuspended(grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id)
    return arrived(said, sequence=sequence)


def resumed(offer: Any, sequence: int = 3) -> Any:
    said = OfferResumed(grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id)
    return arrived(said, sequence=sequence)


def resend(offer: Any) -> SignInInformationRequested:
    return SignInInformationRequested(
        offer_id=offer.grant_id, kind=OfferKind.DOSSIER, firm=offer.firm, requested_by="Anne Dubois"
    )


def named(mail: Any) -> list[str]:
    return [offer.dossier_name for offer in mail.offers]


async def state_of_link(world: World, number: int = 0) -> str:
    body = (await world.client.get(f"{API}/{(await world.tokens())[number]}")).json()
    return str(body.get("code") or body["state"])


async def test_r3_a_suspended_offer_stops_its_ladder_once_and_its_link_still_makes_the_account(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    ladder = (await world.issued())[0].ladder
    word = suspended(offer)
    await world.harness.deliver(word, word, suspended(offer, 5))
    (cancelled,) = await world.harness.said(LadderCancelled)
    assert (cancelled.ladder, cancelled.reason) == (ladder, "suspended")
    await world.told(LadderStopped(ladder=ladder, reason="cancelled"), await world.due(ladder))
    assert [said.reason for said in await world.harness.said(ReminderWithheld)] == ["suspended"]

    assert await state_of_link(world) == "pending"
    assert (await world.accept((await world.tokens())[0])).status_code == 200
    assert [said.offer_ids for said in await world.harness.said(InvitationAccepted)] == [(offer.grant_id,)]
    assert len(await world.issued()) == 1


async def test_r3_what_else_the_firm_offers_is_reminded_of_alone_until_it_is_gone_too(world: World) -> None:
    firm = world.firm()
    silent, other = world.offered(firm, dossier_name="Stil"), world.offered(firm, dossier_name="Ander")
    await world.told(silent, other)
    await world.harness.deliver(suspended(silent))
    ladder = (await world.issued())[0].ladder
    await world.told(await world.due(ladder))
    assert await world.harness.said(LadderCancelled) == []
    assert named((await world.issued())[-1]) == ["Ander"]

    await world.told(world.withdrawn(other))
    (cancelled,) = await world.harness.said(LadderCancelled)
    assert (cancelled.ladder, cancelled.reason) == (ladder, "suspended")
    assert await world.harness.said(InvitationRevoked) == []
    await world.told(world.withdrawn(silent))
    assert len(await world.harness.said(InvitationRevoked)) == 1


async def test_r3_an_offer_made_meanwhile_opens_a_ladder_that_does_not_name_the_suspended_one(world: World) -> None:
    firm = world.firm()
    silent = world.offered(firm, dossier_name="Stil")
    await world.told(silent)
    await world.harness.deliver(suspended(silent))
    await world.told(world.offered(firm, dossier_name="Nieuw"))
    mail = (await world.issued())[-1]
    assert (named(mail), mail.occasion, mail.ladder.epoch) == (["Nieuw"], Occasion.FIRST, 2)

    await world.harness.deliver(resumed(silent))
    assert len(await world.issued()) == 2, "the ladder that runs names it"
    await world.told(await world.due(mail.ladder))
    assert named((await world.issued())[-1]) == ["Stil", "Nieuw"]


async def test_a13_the_other_firms_ladder_goes_on(world: World) -> None:
    ours, theirs = world.offered(), world.offered(world.firm("Kantoor Maes"))
    await world.told(ours, theirs)
    await world.harness.deliver(suspended(ours))
    await world.told(await world.due((await world.issued())[-1].ladder))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER
    (cancelled,) = await world.harness.said(LadderCancelled)
    assert cancelled.ladder.firm_id == ours.firm.firm_id


async def test_k2_a_resend_is_silent_about_what_is_suspended(world: World) -> None:
    firm = world.firm()
    silent, other = world.offered(firm, dossier_name="Stil"), world.offered(firm, dossier_name="Ander")
    await world.told(silent, other)
    await world.harness.deliver(suspended(silent))
    await world.told(resend(silent))
    assert len(await world.issued()) == 2
    await world.told(resend(other))
    assert named((await world.issued())[-1]) == ["Ander"]

    await world.accept((await world.tokens())[-1])
    await world.told(world.activated(other), resend(silent), resend(other))
    (told,) = await world.harness.said(SignInInformationIssued)
    assert named(told) == ["Ander"]


async def test_an_access_that_is_open_is_no_offer_any_more(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.accept((await world.tokens())[0])
    await world.told(world.activated(offer))
    await world.harness.deliver(suspended(offer))
    await world.told(resend(offer))
    assert len(await world.harness.said(SignInInformationIssued)) == 1
    await world.harness.deliver(resumed(offer))
    assert len(await world.issued()) == 1
    assert await world.harness.said(LadderCancelled) == []


async def test_i7_no_fresh_link_is_sent_for_what_is_suspended_and_the_answer_says_so(world: World) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    await world.harness.deliver(suspended(offer))
    await world.later(40 * DAY)
    assert await state_of_link(world) == "invitation_expired"
    answer = await world.client.post(f"{API}/{token}/renewal")
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "invitation_suspended", "R3")
    await world.harness.deliver(resumed(offer))
    assert await state_of_link(world, -1) == "pending"
    assert (await world.client.post(f"{API}/{token}/renewal")).status_code == 202


async def test_r3_a_resumed_offer_is_mailed_anew_and_reminded_of_by_a_ladder_of_its_own(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.harness.deliver(suspended(offer))
    await world.later(50 * DAY)
    word = resumed(offer)
    await world.harness.deliver(word, word, resumed(offer, 7))
    first, again = await world.issued()
    assert (again.invitation_id, again.ladder.epoch, again.occasion) == (first.invitation_id, 2, Occasion.FIRST)
    assert named(again) == ["Dossier Peeters"]
    assert again.expires_at > world.clock.now() + 36 * DAY

    await world.told(LadderStopped(ladder=first.ladder, reason="cancelled"), await world.due(again.ladder))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER
    assert await world.harness.said(ReminderWithheld) == []


@pytest.mark.parametrize("together", [True, False])
async def test_the_newest_word_counts_in_whatever_order_it_is_told(world: World, together: bool) -> None:
    """Offered, suspended, resumed, suspended: it ends silent. Without the last word it was mailed and waits."""
    for words, ends_silent in ((4, True), (3, False)):
        for order in itertools.permutations(range(words)):
            offer = world.offered(person=world.person(email=f"{'-'.join(map(str, order))}@example.org"))
            events = [arrived(offer), suspended(offer), resumed(offer), suspended(offer, 4)]
            await world.harness.deliver(*(events[n] for n in order for _ in range(2)), together=together)
            found = await world.rows(
                "SELECT ladder_ended FROM invitation WHERE firm_id = :firm AND state = 'pending'",
                firm=offer.firm.firm_id,
            )
            assert found == [{"ladder_ended": ends_silent}], order
    mailed = {said.recipient.email for said in await world.issued()}
    assert {f"{'-'.join(map(str, order))}@example.org" for order in itertools.permutations("012")} <= mailed


async def test_a_suspension_that_overtakes_its_offer_leaves_it_linked_and_unmailed_until_it_is_resumed(
    world: World,
) -> None:
    firm = world.firm()
    offer = world.offered(firm)
    await world.harness.deliver(suspended(offer))
    await world.told(offer)
    (linked,) = await world.harness.said(AccessLinked)
    assert linked.invitation_id is not None
    assert (await world.issued(), await world.harness.said(LadderCancelled)) == ([], [])

    await world.harness.deliver(resumed(offer))
    (mail,) = await world.issued()
    assert (mail.invitation_id, mail.occasion) == (linked.invitation_id, Occasion.FIRST)
    assert (await world.accept((await world.tokens())[0])).status_code == 200


async def test_a_suspension_that_overtakes_an_offer_leaves_the_ladder_of_what_was_invited_before(world: World) -> None:
    firm = world.firm()
    before, silent = world.offered(firm, dossier_name="Eerst"), world.offered(firm, dossier_name="Stil")
    await world.told(before)
    invitation = await world.rows("SELECT * FROM invitation")
    await world.harness.deliver(suspended(silent))
    await world.told(silent)
    assert await world.rows("SELECT * FROM invitation") == invitation
    assert (len(await world.issued()), await world.harness.said(LadderCancelled)) == (1, [])


async def test_i9_a_corrected_offer_that_is_suspended_leaves_no_old_link_alive(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    values = {**dict(offer), "grant_id": new_id(), "person": world.person(phone="+32499000000")}
    correction = GrantMoved(**values, previous_grant_id=offer.grant_id)
    await world.harness.deliver(suspended(correction))
    await world.told(correction)
    assert await state_of_link(world) == "invitation_replaced"
    assert [said.reason for said in await world.harness.said(LadderCancelled)] == ["suspended"]
    assert len(await world.issued()) == 1


async def test_i11_what_is_resumed_while_the_firm_keeps_the_person_out_is_mailed_when_it_lets_them_in(
    world: World,
) -> None:
    offer = world.offered()
    await world.told(offer)
    account = {"firm_id": offer.firm.firm_id, "account_id": (await world.issued())[0].account_id}
    await world.harness.deliver(suspended(offer), arrived(PortalUserDeactivated(**account), sequence=1))
    await world.harness.deliver(resumed(offer))
    assert len(await world.issued()) == 1
    await world.harness.deliver(arrived(PortalUserReactivated(**account), sequence=2))
    assert [said.ladder.epoch for said in await world.issued()] == [1, 2]


async def _withdrawn(world: World, offer: Any) -> None:
    await world.told(world.withdrawn(offer))


async def _accepted(world: World, offer: Any) -> None:
    await world.accept((await world.tokens())[0])


async def _bounced(world: World, offer: Any) -> None:
    first = (await world.issued())[0]
    message = MessageRef(
        message_id=new_id(), template="invitation_first", channel="email", invitation_id=first.invitation_id
    )
    await world.told(MessageFailed(message=message, ladder=first.ladder, reason="no such user", permanent=True))


@pytest.mark.parametrize("happens", [_withdrawn, _accepted, _bounced])
async def test_r3_what_is_over_or_bounced_is_not_mailed_when_it_is_resumed(world: World, happens: Any) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.harness.deliver(suspended(offer))
    await happens(world, offer)
    await world.harness.deliver(resumed(offer))
    assert len(await world.issued()) == 1


async def test_i8_a_silent_invitation_expires_in_its_time_and_lives_again_when_it_is_resumed(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.harness.deliver(suspended(offer))
    await world.later(37 * DAY + timedelta(hours=1))
    assert await state_of_link(world) == "invitation_expired"
    await world.later(39 * DAY)
    async with world.database.transaction() as uow:
        assert await expire_overdue(uow) == 1
    assert [said.offer_ids for said in await world.harness.said(InvitationExpired)] == [(offer.grant_id,)]

    await world.harness.deliver(resumed(offer))
    assert [await state_of_link(world, n) for n in (0, 1)] == ["invitation_replaced", "pending"]


async def test_offers_and_suspensions_from_two_workers_at_once_end_silent(world: World) -> None:
    offers = [world.offered(person=world.person(email=f"p{n}@example.org")) for n in range(8)]
    await asyncio.gather(
        *(world.told(offer) for offer in offers), *(world.harness.deliver(suspended(offer)) for offer in offers)
    )
    assert await world.rows("SELECT DISTINCT ladder_ended FROM invitation") == [{"ladder_ended": True}]
    await asyncio.gather(*(world.harness.deliver(resumed(offer)) for offer in offers))
    assert await world.rows("SELECT DISTINCT ladder_ended FROM invitation") == [{"ladder_ended": False}]
    assert {said.recipient.email for said in await world.issued()} == {offer.person.email for offer in offers}
