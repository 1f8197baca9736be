"""A resend by staff (K2, I7): fresh links before activation, later how to sign in, never a way to set a password."""

from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import SignInInformationRequested
from event_contracts.identity import Occasion, SignInInformationIssued
from event_contracts.notifier import MessageFailed, MessageRef
from event_contracts.people import Language, OfferKind
from event_contracts.scheduler import LadderStopped
from service_kit.ids import new_id
from service_kit.testing.events import arrived

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"


def resend(offer: Any, **changes: Any) -> SignInInformationRequested:
    asked = SignInInformationRequested(
        offer_id=offer.grant_id, kind=OfferKind.DOSSIER, firm=offer.firm, requested_by="Anne Dubois"
    )
    return asked.model_copy(update=changes)


async def codes(world: World) -> list[str]:
    """What each link says, oldest first."""
    bodies = [(await world.client.get(f"{API}/{token}")).json() for token in await world.tokens()]
    return [body.get("code") or body["state"] for body in bodies]


async def test_i7_a_resend_replaces_every_link_and_keeps_a_running_ladder(world: World) -> None:
    firm = world.firm()
    one, two = world.offered(firm, dossier_name="Een"), world.offered(firm, dossier_name="Twee")
    await world.told(one, two)
    await world.later(10 * DAY)
    await world.told(resend(one, custom_text="Probeer het nog eens"))

    first, _, again = await world.issued()
    assert await codes(world) == ["invitation_replaced", "invitation_replaced", "pending"]
    assert (again.occasion, again.resend, again.custom_text) == (Occasion.FIRST, True, "Probeer het nog eens")
    assert (again.invitation_id, again.ladder) == (first.invitation_id, first.ladder)
    assert [offer.dossier_name for offer in again.offers] == ["Een", "Twee"]
    assert (first.resend, again.granted_by) == (None, "Anne Dubois")
    assert abs(again.expires_at - first.expires_at - 3 * DAY) < timedelta(minutes=1)
    assert (await world.accept((await world.tokens())[-1])).status_code == 200


async def test_i7_r2_a_resend_of_an_expired_invitation_revives_it_with_a_new_ladder(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.later(60 * DAY)
    await world.told(resend(offer))

    first, again = await world.issued()
    assert (again.invitation_id, again.ladder.epoch, again.occasion) == (first.invitation_id, 2, Occasion.FIRST)
    assert await codes(world) == ["invitation_replaced", "pending"]
    await world.told(await world.due(again.ladder))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER


async def _last_reminder(world: World, first: Any) -> None:
    await world.told(await world.due(first.ladder, 2, last=True))


async def _stopped(world: World, first: Any) -> None:
    await world.told(LadderStopped(ladder=first.ladder, reason="cancelled"))


async def _bounced(world: World, first: Any) -> None:
    message = MessageRef(
        message_id=new_id(), template="invitation_first", channel="email", invitation_id=first.invitation_id
    )
    await world.told(MessageFailed(message=message, ladder=first.ladder, reason="no such user", permanent=True))


@pytest.mark.parametrize("happens", [_last_reminder, _stopped, _bounced])
async def test_r2_a_resend_after_the_ladder_ended_starts_a_new_one(world: World, happens: Any) -> None:
    offer = world.offered()
    await world.told(offer)
    await happens(world, (await world.issued())[0])
    await world.told(resend(offer))
    again = (await world.issued())[-1]
    assert (again.ladder.epoch, again.occasion, again.resend) == (2, Occasion.FIRST, True)
    assert await world.rows("SELECT undeliverable_at, ladder_ended FROM invitation") == [
        {"undeliverable_at": None, "ladder_ended": False}
    ]


async def test_k2_somebody_who_has_an_account_is_told_how_to_sign_in_and_gets_no_link(world: World) -> None:
    firm = world.firm()
    offer, other = world.offered(firm), world.offered(firm)
    await world.told(offer, other, world.offered(world.firm("Cabinet Geheim"), dossier_name="Secret"))
    await world.accept((await world.tokens())[0])
    mails = len(await world.issued())
    await world.told(world.activated(offer), resend(offer, requested_by="Bert Maes", custom_text="Zie hieronder"))

    (told,) = await world.harness.said(SignInInformationIssued)
    assert (told.user_name, told.recipient.email, told.firm) == ("jan.peeters", "jan@example.org", firm)
    assert [said.offer_id for said in told.offers] == [offer.grant_id, other.grant_id]
    assert (told.requested_by, told.custom_text) == ("Bert Maes", "Zie hieronder")
    assert len(await world.issued()) == mails
    for secret in ("Geheim", "Secret", "sealed", "/invitation/"):
        assert secret not in told.as_json()


async def test_m1_a_resend_speaks_the_owners_language(world: World) -> None:
    offer = world.offered(person=world.person(language=Language.FR))
    await world.told(offer)
    await world.accept((await world.tokens())[0])
    foreign = world.offered(person=world.person(language=Language.EN))
    await world.told(foreign, resend(foreign))
    (told,) = await world.harness.said(SignInInformationIssued)
    assert told.recipient.language is Language.FR


async def test_a_resend_of_what_is_unknown_or_gone_mails_nothing(world: World) -> None:
    kept, gone, unknown = world.offered(), world.offered(), world.offered()
    await world.told(kept, gone, world.withdrawn(gone))
    before = await world.harness.said_types()
    await world.told(resend(unknown), resend(gone))
    assert await world.harness.said_types() == before

    await world.told(unknown)
    assert (await world.issued())[-1].offers[0].offer_id == unknown.grant_id


async def test_a_resend_told_twice_mails_once(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    asked = arrived(resend(offer))
    await world.harness.deliver(asked, asked)
    assert len(await world.issued()) == 2


async def test_i7_the_persons_own_fresh_link_goes_out_even_after_a_bounce(world: World) -> None:
    token = await world.invited()
    await world.later(60 * DAY)
    assert (await world.client.post(f"{API}/{token}/renewal")).status_code == 202
    assert [said.resend for said in await world.issued()] == [None, True]


async def test_a13_a_resend_of_one_firm_replaces_no_link_of_another(world: World) -> None:
    ours, theirs = world.offered(), world.offered()
    await world.told(ours, theirs, resend(ours))
    assert await codes(world) == ["invitation_replaced", "pending", "pending"]
    assert [offer.offer_id for offer in (await world.issued())[-1].offers] == [ours.grant_id]
