"""Declining by link: one firm's offers are refused, its links say so, and nothing stands in the next one's way (I5)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import GrantDeclined
from event_contracts.firms import StaffRemoved
from event_contracts.identity import AccountActivated, InvitationDeclined, InvitationRevoked, Occasion, ReminderWithheld

World = Any
DAY = timedelta(days=1)
API = "/api/identity/v1/invitations"


async def decline(world: World, token: str) -> Any:
    return await world.client.post(f"{API}/{token}/declination")


async def test_i5_declining_refuses_every_waiting_offer_of_that_firm(world: World) -> None:
    firm = world.firm()
    one, two, gone = world.offered(firm), world.offered(firm), world.offered(firm)
    await world.told(one, two, gone, world.withdrawn(gone))
    first = (await world.issued())[0]
    answer = await decline(world, (await world.tokens())[1])

    assert (answer.status_code, answer.content) == (204, b"")
    (declined,) = await world.harness.said(InvitationDeclined)
    assert (declined.invitation_id, declined.ladder) == (first.invitation_id, first.ladder)
    assert declined.offer_ids == (one.grant_id, two.grant_id)
    for token in await world.tokens():
        assert (await world.client.get(f"{API}/{token}")).json()["code"] == "invitation_declined"
        assert (await world.accept(token)).json()["code"] == "invitation_declined"
        renewal = await world.client.post(f"{API}/{token}/renewal")
        assert (renewal.status_code, renewal.json()["code"]) == (410, "invitation_declined")
    assert await world.harness.said(AccountActivated) == []


async def test_i5_declining_twice_or_at_once_is_declining_once(world: World) -> None:
    token = await world.invited()
    answers = [*await asyncio.gather(*(decline(world, token) for _ in range(8))), await decline(world, token)]
    assert {answer.status_code for answer in answers} == {204}
    assert len(await world.harness.said(InvitationDeclined)) == 1


async def test_i12_accept_against_decline_at_once_is_one_or_the_other(world: World) -> None:
    token = await world.invited()
    accepted, declined = await asyncio.gather(world.accept(token), decline(world, token))
    assert sorted([accepted.status_code, declined.status_code]) in ([200, 410], [204, 410])
    said = await world.harness.said(AccountActivated), await world.harness.said(InvitationDeclined)
    assert (len(said[0]), len(said[1])) == ((1, 0) if accepted.status_code == 200 else (0, 1))


async def test_a13_declining_one_firm_leaves_the_other_firms_invitation_alone(world: World) -> None:
    await world.told(world.offered(), world.offered())
    ours, theirs = await world.tokens()
    await decline(world, ours)
    assert (await world.client.get(f"{API}/{theirs}")).status_code == 200
    assert (await world.accept(theirs)).status_code == 200
    assert (await world.client.get(f"{API}/{ours}")).json()["code"] == "invitation_declined"
    assert "declined" in [row["state"] for row in await world.rows("SELECT state FROM offer")]


async def _expired(world: World, offer: Any, token: str) -> None:
    await world.later(40 * DAY)


async def _replaced(world: World, offer: Any, token: str) -> None:
    await world.later(40 * DAY)
    await world.client.post(f"{API}/{token}/renewal")


async def _revoked(world: World, offer: Any, token: str) -> None:
    await world.told(world.withdrawn(offer))


async def _used(world: World, offer: Any, token: str) -> None:
    await world.accept(token)


@pytest.mark.parametrize(
    ("happens", "code"), [(_expired, "expired"), (_replaced, "replaced"), (_revoked, "revoked"), (_used, "used")]
)
async def test_i5_i6_a_dead_link_declines_nothing_and_says_why(world: World, happens: Any, code: str) -> None:
    offer = world.offered()
    token = await world.invited(offer)
    await happens(world, offer, token)
    answer = await decline(world, token)
    assert (answer.status_code, answer.json()["code"]) == (410, f"invitation_{code}")
    assert await world.harness.said(InvitationDeclined) == []


async def test_i6_an_unknown_link_declines_nothing(world: World) -> None:
    assert (await decline(world, "x" * 43)).status_code == 404


async def test_r3_a_reminder_that_was_under_way_is_withheld(world: World) -> None:
    token = await world.invited()
    await decline(world, token)
    await world.told(await world.due((await world.issued())[0].ladder))
    (withheld,) = await world.harness.said(ReminderWithheld)
    assert withheld.reason == "invitation_declined"


async def test_a10_a_new_offer_after_a_decline_is_a_new_invitation_that_names_nothing_declined(world: World) -> None:
    firm = world.firm()
    old = await world.invited(world.offered(firm, dossier_name="Oud"))
    await decline(world, old)
    fresh = await world.invited(world.offered(firm, dossier_name="Nieuw"))

    first, second = await world.issued()
    assert (second.occasion, second.ladder.epoch) == (Occasion.FIRST, 2)
    assert second.invitation_id != first.invitation_id
    assert [offer.dossier_name for offer in second.offers] == ["Nieuw"]
    assert (await world.client.get(f"{API}/{fresh}")).json()["dossiers"] == ["Nieuw"]
    assert (await world.client.get(f"{API}/{old}")).json()["code"] == "invitation_declined"


async def test_what_dossier_answers_to_a_decline_changes_nothing_more(world: World) -> None:
    offer, place = world.offered(), world.staff(person=world.person(email="an@example.org"))
    await world.told(offer, place)
    for token in await world.tokens():
        await decline(world, token)
    before = await world.rows("SELECT * FROM offer ORDER BY offer_id")
    await world.told(
        GrantDeclined(
            grant_id=offer.grant_id,
            dossier_id=offer.dossier_id,
            firm_id=offer.firm.firm_id,
            account_id=(await world.issued())[0].account_id,
        ),
        StaffRemoved(membership_id=place.membership_id, firm_id=place.firm.firm_id),
        world.activated(offer),
    )
    assert await world.rows("SELECT * FROM offer ORDER BY offer_id") == before
    assert await world.harness.said(InvitationRevoked) == []
