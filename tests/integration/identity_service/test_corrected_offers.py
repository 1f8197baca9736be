"""A corrected address or phone (I9): the firm's own offer moves, old links die, no other firm notices (A13)."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import GrantChanged, GrantMoved
from event_contracts.identity import AccessLinked, AccountState, InvitationRevoked, Occasion
from event_contracts.people import Right
from service_kit.ids import new_id
from service_kit.messaging import Reject
from service_kit.testing.events import arrived

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"


def moved(offer: Any, person: Any, **changes: Any) -> GrantMoved:
    values = {**dict(offer), "grant_id": new_id(), "person": person, "previous_grant_id": offer.grant_id}
    return GrantMoved(**{**values, **changes})


async def codes(world: World) -> list[str]:
    bodies = [(await world.client.get(f"{API}/{token}")).json() for token in await world.tokens()]
    return [body.get("code") or body["state"] for body in bodies]


async def test_i9_a_corrected_address_gets_a_new_mail_and_the_old_link_is_dead(world: World) -> None:
    offer = world.offered(custom_text="Welkom")
    await world.told(offer)
    correction = moved(offer, world.person(email="jan.peeters@example.org"))
    await world.told(correction)

    first, second = await world.issued()
    assert await codes(world) == ["invitation_revoked", "pending"]
    assert (second.recipient.email, second.occasion, second.resend) == ("jan.peeters@example.org", Occasion.FIRST, True)
    assert (second.ladder.epoch, second.custom_text) == (1, "Welkom")
    assert [said.offer_id for said in second.offers] == [correction.grant_id]
    assert first.account_id != second.account_id
    (revoked,) = await world.harness.said(InvitationRevoked)
    assert revoked.ladder == first.ladder


async def test_i9_a_corrected_phone_restarts_the_ladder_at_the_same_address_and_is_the_one_that_counts(
    world: World,
) -> None:
    firm = world.firm()
    offer, other = world.offered(firm, dossier_name="Een"), world.offered(firm, dossier_name="Twee")
    await world.told(offer, other)
    await world.later(10 * DAY)
    await world.told(moved(offer, world.person(phone="+32499000000")))

    first, second = (await world.issued())[0], (await world.issued())[-1]
    assert await codes(world) == ["invitation_replaced", "invitation_replaced", "pending"]
    assert (second.invitation_id, second.ladder.epoch, second.occasion) == (first.invitation_id, 2, Occasion.FIRST)
    assert sorted(offer.dossier_name for offer in second.offers) == ["Een", "Twee"]
    assert await world.harness.said(InvitationRevoked) == []
    assert (await world.accept((await world.tokens())[-1])).status_code == 200
    assert await world.rows("SELECT phone FROM account") == [{"phone": "+32499000000"}]


async def test_i9_what_the_firm_offered_there_besides_keeps_its_invitation(world: World) -> None:
    firm = world.firm()
    stays, goes = world.offered(firm, dossier_name="Blijft"), world.offered(firm, dossier_name="Gaat")
    await world.told(stays, goes, moved(goes, world.person(email="andere@example.org")))
    assert await codes(world) == ["pending", "pending", "pending"]
    token = (await world.tokens())[0]
    assert (await world.client.get(f"{API}/{token}")).json()["dossiers"] == ["Blijft"]
    assert await world.harness.said(InvitationRevoked) == []


async def test_i9_an_offer_moved_to_an_invited_person_is_added_there(world: World) -> None:
    firm = world.firm()
    here, there = world.offered(firm), world.offered(firm, world.person(email="an@example.org"))
    await world.told(here, there, moved(here, world.person(email="an@example.org")))
    assert [said.occasion for said in await world.issued()] == [Occasion.FIRST, Occasion.FIRST, Occasion.ADDED]
    assert await codes(world) == ["invitation_revoked", "pending", "pending"]


async def test_i1_an_offer_moved_to_somebody_who_has_an_account_is_told_there(world: World) -> None:
    await world.active(email="an@example.org")
    offer = world.offered()
    await world.told(offer, moved(offer, world.person(email="an@example.org")))
    linked = (await world.harness.said(AccessLinked))[-1]
    assert (linked.account_state, linked.invitation_id) == (AccountState.ACTIVE, None)
    assert len(await world.harness.said(InvitationRevoked)) == 1
    assert len(await world.issued()) == 2


async def test_a13_i9_two_firms_one_person_and_only_one_of_them_corrects(world: World) -> None:
    ours, theirs = world.offered(), world.offered(world.firm("Cabinet Geheim"), dossier_name="Secret")
    await world.told(ours, theirs)
    foreign = await world.rows("SELECT * FROM invitation WHERE firm_id = :firm", firm=theirs.firm.firm_id)
    await world.told(moved(ours, world.person(email="nieuw@example.org", phone="+32499000000")))

    assert await codes(world) == ["invitation_revoked", "pending", "pending"]
    assert await world.rows("SELECT * FROM invitation WHERE firm_id = :firm", firm=theirs.firm.firm_id) == foreign
    mail = (await world.issued())[-1]
    for secret in ("Geheim", "Secret", str(theirs.firm.firm_id)):
        assert secret not in mail.as_json()
    assert (await world.accept((await world.tokens())[1])).status_code == 200
    assert [row["phone"] for row in await world.rows("SELECT phone FROM account WHERE email = 'jan@example.org'")] == [
        "+32470123456"
    ]


async def test_i9_no_firm_takes_over_an_account_that_is_active(world: World) -> None:
    """A correction that meets an activation halfway moves the firm's offer, and nothing of the account."""
    offer = world.offered()
    await world.told(offer)
    await world.accept((await world.tokens())[0])
    before = await world.rows("SELECT * FROM account")
    await world.told(moved(offer, world.person(phone="+32499000000", given_name="Eva")))
    await world.told(moved(offer, world.person(email="dief@example.org"), grant_id=new_id()))
    assert [row for row in await world.rows("SELECT * FROM account") if row["id"] == before[0]["id"]] == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_every_order_of_offer_correction_and_withdrawal_ends_alike(world: World, order: tuple[int, ...]) -> None:
    offer = world.offered()
    correction = moved(offer, world.person(email="nieuw@example.org"))
    gone = world.withdrawn(correction)
    events = [arrived(offer), arrived(correction), arrived(gone)]
    for n in order:
        await world.harness.deliver(events[n])
    assert {row["state"] for row in await world.rows("SELECT state FROM offer")} == {"withdrawn"}
    assert await world.rows("SELECT id FROM invitation WHERE state = 'pending'") == []


async def test_i9_two_corrections_that_swap_addresses_both_get_through(world: World) -> None:
    for n in range(6):
        jan, an = (world.person(email=f"{name}{n}@example.org") for name in ("jan", "an"))
        here, there = world.offered(person=jan), world.offered(person=an)
        await world.told(here, there)
        await asyncio.gather(world.told(moved(here, an)), world.told(moved(there, jan)))
    states = await world.rows("SELECT state, count(*) AS n FROM offer GROUP BY state ORDER BY state")
    assert states == [{"state": "offered", "n": 12}, {"state": "withdrawn", "n": 12}]


async def test_a3_a_correction_to_what_is_no_address_still_ends_the_wrong_one(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    (outcome,) = await world.harness.deliver(moved(offer, world.person(email="geen adres")))
    assert isinstance(outcome, Reject)
    assert await codes(world) == ["invitation_revoked"]


def changed(offer: Any, right: Right, previous: Right) -> GrantChanged:
    return GrantChanged(
        grant_id=offer.grant_id,
        dossier_id=offer.dossier_id,
        firm_id=offer.firm.firm_id,
        previous_right=previous,
        right=right,
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_newest_right_counts_in_whatever_order_it_is_told(world: World, order: tuple[int, ...]) -> None:
    offer = world.offered(right=Right.WRITE)
    events = [
        arrived(offer, sequence=1),
        arrived(changed(offer, Right.READ, Right.WRITE), sequence=2),
        arrived(changed(offer, Right.WRITE, Right.READ), sequence=3),
        arrived(changed(offer, Right.READ, Right.WRITE), sequence=4),
    ]
    for n in order:
        await world.harness.deliver(events[n], events[n])
    assert [row["right"] for row in await world.rows('SELECT "right" FROM offer')] == ["write"]
    await world.harness.deliver(events[3])
    await world.told(await world.due((await world.issued())[0].ladder))
    assert (await world.issued())[-1].offers[0].right is Right.READ


async def test_a_change_that_overtakes_its_offer_is_in_the_first_mail(world: World) -> None:
    offer = world.offered(right=Right.WRITE)
    await world.told(changed(offer, Right.READ, Right.WRITE), offer)
    assert (await world.issued())[0].offers[0].right is Right.READ
