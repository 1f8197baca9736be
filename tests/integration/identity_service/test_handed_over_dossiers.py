"""A dossier with another manager (A1): what is mailed about its offers goes out in the new one's name."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.dossier import DossierHandedOver, SignInInformationRequested
from event_contracts.identity import AccessLinked
from event_contracts.people import OfferKind
from service_kit.testing.events import arrived

World = Any
DAY = timedelta(days=1)


def handed_over(*offers: Any, to: str = "Sofie Claes", sequence: int = 2) -> Any:
    said = DossierHandedOver(
        dossier_id=offers[0].dossier_id,
        firm_id=offers[0].firm.firm_id,
        manager_name=to,
        offer_ids=tuple(offer.grant_id for offer in offers),
    )
    return arrived(said, sequence=sequence)


async def test_a1_reminders_resends_and_added_mails_carry_the_new_managers_name(world: World) -> None:
    firm = world.firm()
    offer, added = world.offered(firm), world.offered(firm)
    await world.told(offer)
    await world.harness.deliver(handed_over(offer, added))
    await world.told(
        await world.due((await world.issued())[0].ladder),
        SignInInformationRequested(
            offer_id=offer.grant_id, kind=OfferKind.DOSSIER, firm=firm, requested_by="Sofie Claes"
        ),
        added,
    )
    assert [said.occasion for said in await world.issued()] == ["first", "reminder", "first", "added"]
    assert [said.granted_by for said in await world.issued()] == ["Anne Dubois", *["Sofie Claes"] * 3]


async def test_a1_a_handover_that_overtakes_its_offer_is_in_the_first_mail_and_in_the_notice(world: World) -> None:
    first, second = world.offered(), world.offered()
    await world.harness.deliver(handed_over(first), handed_over(second, to="Tom Wouters"))
    await world.told(first)
    await world.accept((await world.tokens())[0])
    await world.told(second)
    assert [said.granted_by for said in await world.issued()] == ["Sofie Claes"]
    assert [said.granted_by for said in await world.harness.said(AccessLinked)] == ["Sofie Claes", "Tom Wouters"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a1_the_last_handover_counts_in_whatever_order_it_is_told(world: World, order: tuple[int, ...]) -> None:
    offer = world.offered()
    events = [arrived(offer), handed_over(offer, to="Tom Wouters"), handed_over(offer, sequence=3)]
    for n in order:
        await world.harness.deliver(events[n], events[n])
    await world.told(await world.due((await world.issued())[0].ladder))
    assert (await world.issued())[-1].granted_by == "Sofie Claes"


async def test_a1_what_a_holder_gave_and_other_dossiers_keep_their_giver(world: World) -> None:
    firm, other = world.firm(), world.person(email="an@example.org")
    kept, handed = world.offered(firm, other, granted_by="Luc Petit"), world.offered(firm)
    await world.told(kept, handed)
    await world.harness.deliver(handed_over(handed))
    await world.told(*[await world.due(said.ladder) for said in await world.issued()])
    givers = {said.recipient.email: said.granted_by for said in await world.issued()}
    assert givers == {"an@example.org": "Luc Petit", "jan@example.org": "Sofie Claes"}


async def test_i13_the_owner_still_sees_who_gave_the_access(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.harness.deliver(handed_over(offer))
    await world.accept((await world.tokens())[0])
    headers = {"Authorization": f"Bearer {(await world.sign_in())['access_token']}"}
    (seen,) = (await world.client.get("/api/identity/v1/me/access", headers=headers)).json()["items"]
    assert seen["granted_by"] == "Anne Dubois"


async def test_a_handover_of_what_is_gone_or_of_nothing_changes_nothing(world: World) -> None:
    offer = world.offered()
    await world.told(offer, world.withdrawn(offer))
    said = await world.harness.said_types()
    empty = DossierHandedOver(
        dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id, manager_name="Sofie Claes", offer_ids=()
    )
    await world.harness.deliver(handed_over(offer), arrived(empty))
    assert await world.rows("SELECT state, manager_name FROM offer") == [{"state": "withdrawn", "manager_name": None}]
    assert await world.harness.said_types() == said
