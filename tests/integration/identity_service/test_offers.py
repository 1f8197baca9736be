"""Offers taken, withdrawn and opened: one account, one invitation and one ladder, in whatever order events come."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.identity import AccessLinked, AccountState, InvitationRevoked, Occasion
from event_contracts.people import Language
from service_kit.messaging import Reject

World = Any
DAY = timedelta(days=1)


async def test_i1_a_person_without_an_account_is_invited(world: World) -> None:
    offer = world.offered(custom_text="Tot binnenkort")
    await world.told(offer)

    (linked,) = await world.harness.said(AccessLinked)
    (issued,) = await world.issued()
    assert linked.account_state is AccountState.PENDING
    assert linked.invitation_id == issued.invitation_id
    assert linked.user_name == issued.user_name == "jan.peeters"
    assert (issued.occasion, issued.step, issued.custom_text) == (Occasion.FIRST, None, "Tot binnenkort")
    assert [said.offer_id for said in issued.offers] == [offer.grant_id]
    assert issued.ladder.subject_id == linked.account_id
    assert (issued.ladder.kind, issued.ladder.firm_id, issued.ladder.epoch) == ("invitation", offer.firm.firm_id, 1)
    assert (issued.policy.offsets, issued.policy.expiry) == (offer.policy.offsets, 60 * DAY)
    assert abs(issued.expires_at - world.clock.now() - 37 * DAY) < timedelta(minutes=1)


async def test_i1_a_person_with_an_account_is_told_instead(world: World) -> None:
    made = await world.active()
    offer = world.offered()
    await world.told(offer)

    linked = (await world.harness.said(AccessLinked))[-1]
    assert (linked.account_state, linked.invitation_id) == (AccountState.ACTIVE, None)
    assert (str(linked.account_id), linked.offer.offer_id) == (made["account_id"], offer.grant_id)
    assert len(await world.issued()) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_i2_two_dossiers_of_one_firm_make_one_invitation_and_one_ladder(world: World, together: bool) -> None:
    firm = world.firm()
    one, two = world.offered(firm, dossier_name="Een"), world.offered(firm, dossier_name="Twee")
    await world.told(one, two, together=together)

    first, added = await world.issued()
    assert (first.occasion, added.occasion) == (Occasion.FIRST, Occasion.ADDED)
    assert [offer.dossier_name for offer in added.offers] == ["Twee"]
    assert first.invitation_id == added.invitation_id
    assert first.ladder == added.ladder
    assert world.link(first) != world.link(added)


async def test_i2_two_dossiers_in_the_same_second_from_two_workers_make_one_account(world: World) -> None:
    firm = world.firm()
    offers = [world.offered(firm, dossier_name=f"Dossier {n}") for n in range(6)]
    await asyncio.gather(*(world.told(offer) for offer in offers))

    issued = await world.issued()
    assert sorted(said.occasion for said in issued) == ["added"] * 5 + ["first"]
    assert len({said.account_id for said in issued}) == len({said.invitation_id for said in issued}) == 1
    assert len({str(said.ladder) for said in issued}) == 1
    assert {offer.offer_id for said in issued for offer in said.offers} == {offer.grant_id for offer in offers}
    assert len(await world.rows("SELECT id FROM account")) == 1


async def test_i2_a13_two_firms_share_the_account_and_nothing_else(world: World) -> None:
    ours, theirs = world.firm("Kantoor Maes", Language.NL), world.firm("Cabinet Geheim", Language.FR)
    await world.told(
        world.offered(theirs, world.person(given_name="Jean", language=Language.FR), dossier_name="Secret"),
        world.offered(ours, world.person(given_name="Jan"), dossier_name="Maes"),
    )

    foreign, own = await world.issued()
    assert own.account_id == foreign.account_id
    assert (own.occasion, foreign.occasion) == (Occasion.FIRST, Occasion.FIRST)
    assert own.ladder != foreign.ladder
    linked = (await world.harness.said(AccessLinked))[-1]
    for said in (own.model_dump_json(), linked.model_dump_json()):
        for secret in ("Geheim", "Secret", "Jean", str(theirs.firm_id)):
            assert secret not in said.replace(own.user_name, "")
    assert own.recipient.language is Language.NL


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jan@Example.org ", "jan@example.org", True),
        ("jan@b\u00fccher.example.org", "jan@xn--bcher-kva.example.org", True),
        ("ice@example.org", "alice@example.org", False),
    ],
)
async def test_a3_addresses_are_one_account_exactly_when_they_are_equal(
    world: World, one: str, other: str, same: bool
) -> None:
    await world.told(world.offered(person=world.person(email=one)), world.offered(person=world.person(email=other)))
    assert (len({said.account_id for said in await world.issued()}) == 1) is same


async def test_i3_two_people_of_one_name_get_different_user_names(world: World) -> None:
    people = [world.person(email=f"jan{n}@example.org") for n in range(3)]
    await world.told(*(world.offered(person=person) for person in people), together=True)
    assert [said.user_name for said in await world.issued()] == ["jan.peeters", "jan.peeters2", "jan.peeters3"]


async def test_i3_look_alikes_of_taken_names_are_taken(world: World) -> None:
    await world.told(world.offered(person=world.person(given_name="Paul", family_name="Lo", email="a@example.org")))
    await world.told(world.offered(person=world.person(given_name="Pau1", family_name="L0", email="b@example.org")))
    assert [said.user_name for said in await world.issued()] == ["paul.lo", "pau1.l02"]


async def test_a10_a_withdrawal_that_comes_first_leaves_a_tombstone(world: World) -> None:
    offer = world.offered()
    await world.told(world.withdrawn(offer), offer)

    assert await world.harness.said_types() == []
    assert await world.rows("SELECT id FROM account") == []


async def test_r3_the_invitation_is_revoked_when_its_last_offer_is_gone(world: World) -> None:
    firm = world.firm()
    one, two = world.offered(firm), world.offered(firm)
    await world.told(one, two, world.withdrawn(one))
    assert await world.harness.said(InvitationRevoked) == []

    await world.told(world.withdrawn(two))
    (revoked,) = await world.harness.said(InvitationRevoked)
    assert revoked.ladder == (await world.issued())[0].ladder

    await world.told(world.offered(firm))
    assert (await world.issued())[-1].ladder.epoch == 2


async def test_r3_another_firms_withdrawal_leaves_ours_alone(world: World) -> None:
    ours, theirs = world.offered(), world.offered()
    await world.told(ours, theirs, world.withdrawn(theirs))
    (revoked,) = await world.harness.said(InvitationRevoked)
    assert revoked.firm_id == theirs.firm.firm_id
    answer = await world.client.get(f"/api/identity/v1/invitations/{(await world.tokens())[0]}")
    assert answer.status_code == 200


async def test_an_activation_that_comes_first_is_not_undone_by_its_offer(world: World) -> None:
    offer = world.offered()
    await world.told(world.activated(offer), offer)
    assert await world.issued() == []
    assert [row["state"] for row in await world.rows("SELECT state FROM offer")] == ["opened"]


async def test_r2_an_offer_after_the_invitation_expired_opens_a_new_one_that_names_all(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm, dossier_name="Een"))
    await world.later(40 * DAY)
    await world.told(world.offered(firm, dossier_name="Twee"))

    old, new = await world.issued()
    assert old.invitation_id != new.invitation_id
    assert (new.occasion, new.ladder.epoch) == (Occasion.FIRST, 2)
    assert [offer.dossier_name for offer in new.offers] == ["Een", "Twee"]


async def test_r2_an_offer_after_the_ladder_ended_opens_a_new_ladder_of_the_same_invitation(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm))
    first = (await world.issued())[0]
    await world.later(30 * DAY)
    await world.told(await world.due(first.ladder, 2, last=True))
    await world.later(31 * DAY)
    await world.told(world.offered(firm))

    issued = await world.issued()
    assert [said.occasion for said in issued] == [Occasion.FIRST, Occasion.REMINDER, Occasion.FIRST]
    assert issued[2].invitation_id == first.invitation_id
    assert issued[2].ladder.epoch == 2


async def test_every_event_three_times_in_any_order_gives_the_same_tables(world: World) -> None:
    firm = world.firm()
    kept, gone = world.offered(firm), world.offered(firm)
    events = [kept, gone, world.withdrawn(gone)] * 3
    random.Random(7).shuffle(events)
    for event in events:
        await world.told(event)

    states = await world.rows("SELECT offer_id, state FROM offer")
    assert {row["offer_id"]: row["state"] for row in states} == {kept.grant_id: "offered", gone.grant_id: "withdrawn"}
    assert len(await world.rows("SELECT id FROM account")) == len(await world.rows("SELECT id FROM invitation")) == 1
    mailed = [offer.offer_id for said in await world.issued() for offer in said.offers]
    assert mailed.count(kept.grant_id) == 1
    assert mailed.count(gone.grant_id) <= 1


async def test_overlapping_batches_in_opposite_order_both_commit(world: World) -> None:
    firm = world.firm()
    people = [world.person(email=f"p{n}@example.org", given_name=f"P{n}") for n in range(4)]
    await world.told(*(world.offered(firm, person) for person in people))
    offers = [[world.offered(firm, person) for person in people] for _ in range(2)]

    outcomes = await asyncio.gather(
        world.told(*offers[0], together=True), world.told(*reversed(offers[1]), together=True), return_exceptions=True
    )
    # A deadlock is the database's answer to opposite orders; the consumer repeats such a batch, here it is told again.
    for outcome, batch in zip(outcomes, (offers[0], list(reversed(offers[1]))), strict=True):
        if outcome is not None:
            await world.told(*batch, together=True)
    assert len(await world.issued()) == 12


async def test_a14_staff_need_a_phone(world: World) -> None:
    (outcome,) = await world.harness.deliver(world.staff(person=world.person(phone=None)))
    assert outcome == Reject("phone_missing (A14)")
    await world.told(world.staff())
    (issued,) = await world.issued()
    assert (issued.offers[0].kind, issued.offers[0].staff_role) == ("firm", "accountant")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"email": "no address"}, "email_malformed (A3)"), ({"phone": "0470 12 34 56"}, "phone_without_country (A3)")],
)
async def test_a3_an_offer_with_a_malformed_address_is_rejected(
    world: World, changes: dict[str, str], reason: str
) -> None:
    outcomes = await world.harness.deliver(world.offered(person=world.person(**changes)))
    assert outcomes == [Reject(reason)]
    assert await world.harness.said_types() == []


async def test_i5_no_token_is_stored_or_said_in_clear(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm), world.offered(firm))
    await world.told(await world.due((await world.issued())[0].ladder))
    everything = await world.everything()

    tokens = await world.tokens()
    assert len(set(tokens)) == 3
    for token in tokens:
        assert len(token) == 43
        assert token not in everything
        assert token[:20] not in everything
