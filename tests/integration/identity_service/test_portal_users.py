"""A person whom a firm keeps out (I11): its reminders stop, nothing invites them, other firms notice nothing (A13)."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.dossier import GrantMoved, SignInInformationRequested
from event_contracts.firms import PortalUserDeactivated, PortalUserReactivated
from event_contracts.identity import AccessLinked, LadderCancelled, Occasion, ReminderWithheld
from event_contracts.people import LadderPolicy, OfferKind
from service_kit.ids import new_id
from service_kit.testing.events import arrived

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"


def out(firm: Any, account_id: UUID) -> PortalUserDeactivated:
    return PortalUserDeactivated(firm_id=firm.firm_id, account_id=account_id)


def back(firm: Any, account_id: UUID) -> PortalUserReactivated:
    return PortalUserReactivated(firm_id=firm.firm_id, account_id=account_id)


async def kept_out(world: World, firm: Any) -> UUID:
    """A person invited by the firm, and then deactivated there."""
    await world.told(world.offered(firm))
    account_id: UUID = (await world.issued())[0].account_id
    await world.harness.deliver(arrived(out(firm, account_id), sequence=1))
    return account_id


async def test_i11_a_deactivated_persons_ladder_is_cancelled_and_reminders_are_withheld(world: World) -> None:
    await kept_out(world, world.firm())
    ladder = (await world.issued())[0].ladder
    (cancelled,) = await world.harness.said(LadderCancelled)
    assert (cancelled.ladder, cancelled.reason) == (ladder, "deactivated")
    await world.told(await world.due(ladder))
    assert [said.reason for said in await world.harness.said(ReminderWithheld)] == ["deactivated"]


async def test_i11_the_account_is_of_all_firms_so_the_link_still_makes_it(world: World) -> None:
    await kept_out(world, world.firm())
    assert (await world.accept((await world.tokens())[0])).status_code == 200


async def test_a13_the_other_firm_goes_on_reminding(world: World) -> None:
    ours, theirs = world.firm(), world.firm()
    await kept_out(world, ours)
    await world.told(world.offered(theirs))
    await world.told(await world.due((await world.issued())[-1].ladder))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER


async def test_i11_what_is_offered_meanwhile_is_linked_and_mailed_when_the_firm_lets_the_person_in(
    world: World,
) -> None:
    firm = world.firm()
    account_id = await kept_out(world, firm)
    await world.told(world.offered(firm, dossier_name="Later"))
    assert len(await world.issued()) == 1
    assert (await world.harness.said(AccessLinked))[-1].offer.dossier_name == "Later"

    await world.harness.deliver(arrived(back(firm, account_id), sequence=2))
    mail = (await world.issued())[-1]
    assert [offer.dossier_name for offer in mail.offers] == ["Dossier Peeters", "Later"]
    assert (mail.occasion, mail.ladder.epoch > 1) == (Occasion.FIRST, True)
    await world.told(await world.due(mail.ladder))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER


async def test_i11_letting_in_again_mails_nothing_when_nothing_came_meanwhile(world: World) -> None:
    firm = world.firm()
    account_id = await kept_out(world, firm)
    await world.harness.deliver(arrived(back(firm, account_id), sequence=2))
    assert len(await world.issued()) == 1
    assert (await world.client.get(f"{API}/{(await world.tokens())[0]}")).status_code == 200


async def test_i11_staff_cannot_resend_to_somebody_kept_out(world: World) -> None:
    firm = world.firm()
    offer = world.offered(firm)
    await kept_out(world, firm)
    await world.told(offer)
    asked = SignInInformationRequested(
        offer_id=offer.grant_id, kind=OfferKind.DOSSIER, firm=firm, requested_by="Anne Dubois"
    )
    before = await world.harness.said_types()
    await world.told(asked)
    assert await world.harness.said_types() == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_i11_the_newest_word_counts_in_any_order_and_however_often(world: World, order: tuple[int, ...]) -> None:
    firm = world.firm()
    await world.told(world.offered(firm))
    first = (await world.issued())[0]
    events = [
        arrived(out(firm, first.account_id), sequence=1),
        arrived(back(firm, first.account_id), sequence=2),
        arrived(out(firm, first.account_id), sequence=3),
    ]
    for n in order:
        await world.harness.deliver(events[n], events[n])
    assert await world.rows("SELECT deactivated, sequence FROM kept_out") == [{"deactivated": True, "sequence": 3}]
    await world.told(await world.due(first.ladder))
    assert len(await world.issued()) == 1


async def test_i11_a_second_deactivation_forgets_nothing_that_waits(world: World) -> None:
    firm = world.firm()
    account_id = await kept_out(world, firm)
    await world.told(world.offered(firm))
    for sequence, said in ((2, out(firm, account_id)), (3, back(firm, account_id))):
        await world.harness.deliver(arrived(said, sequence=sequence))
    assert len(await world.issued()) == 2


async def test_i11_all_at_once_in_one_transaction_gives_the_same(world: World) -> None:
    firm = world.firm()
    await world.told(world.offered(firm))
    account_id = (await world.issued())[0].account_id
    said = [out(firm, account_id), back(firm, account_id), out(firm, account_id)]
    events = [arrived(data, sequence=n) for n, data in enumerate(said)]
    await world.harness.deliver(*events, arrived(world.offered(firm)), together=True)
    assert await world.rows("SELECT deactivated, unsent FROM kept_out") == [{"deactivated": True, "unsent": True}]
    assert len(await world.issued()) == 1


async def test_i11_a_ladder_that_began_while_the_person_was_kept_out_starts_with_the_mail_that_invites(
    world: World,
) -> None:
    firm = world.firm()
    offer = world.offered(firm)
    await world.told(offer)
    account_id = (await world.issued())[0].account_id
    await world.told(world.withdrawn(offer))
    await world.harness.deliver(arrived(out(firm, account_id), sequence=1))
    await world.told(world.offered(firm, policy=LadderPolicy(offsets=(40 * DAY,))))
    await world.later(30 * DAY)
    await world.harness.deliver(arrived(back(firm, account_id), sequence=2))
    mail = (await world.issued())[-1]
    await world.later(71 * DAY)
    await world.told(await world.due(mail.ladder, last=True))
    assert (await world.issued())[-1].occasion is Occasion.REMINDER, "it outlives its last reminder (I8)"


async def test_i9_a_corrected_phone_of_somebody_kept_out_leaves_no_old_link_alive(world: World) -> None:
    firm = world.firm()
    offer = world.offered(firm)
    await world.told(offer)
    await world.harness.deliver(arrived(out(firm, (await world.issued())[0].account_id), sequence=1))
    values = {**dict(offer), "grant_id": new_id(), "person": world.person(phone="+32499000000")}
    await world.told(GrantMoved(**values, previous_grant_id=offer.grant_id))
    answer = await world.client.get(f"{API}/{(await world.tokens())[0]}")
    assert answer.json()["code"] == "invitation_replaced"
