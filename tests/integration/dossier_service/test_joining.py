"""What identity says about offers, in any order and any number of times (A10, I2, I12)."""

import asyncio
import random
from typing import Any

import pytest
from event_contracts.dossier import GrantActivated
from event_contracts.identity import AccountState, PhoneVerified
from event_contracts.people import OfferKind
from service_kit.ids import new_id
from service_kit.testing.events import arrived


@pytest.fixture
async def offered(world: Any) -> Any:
    """Office, dossier and an offered grant of its child."""
    office = await world.office()
    dossier = await world.dossier(office)
    body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
    return office, dossier, await office.accountant.made(dossier.path + "/grants", body)


async def test_linked_then_activated(world: Any, offered: Any) -> None:
    _, dossier, grant = offered
    person = world.somebody()

    await world.told(world.linked(grant["id"], person.account_id))
    between = await person.get(dossier.path)
    await world.told(world.activated(person.account_id))

    assert between.status_code == 404
    assert (await person.get(dossier.path)).status_code == 200
    (activated,) = await world.harness.said(GrantActivated)
    assert activated.account_id == person.account_id


async def test_activated_before_linked(world: Any, offered: Any) -> None:
    _, dossier, grant = offered
    person = world.somebody()

    await world.told(world.activated(person.account_id), world.linked(grant["id"], person.account_id))

    assert (await person.get(dossier.path)).status_code == 200
    assert len(await world.harness.said(GrantActivated)) == 1


async def test_i1_linked_to_an_account_that_exists(world: Any, offered: Any) -> None:
    _, dossier, grant = offered
    person = world.somebody()

    await world.told(world.linked(grant["id"], person.account_id, AccountState.ACTIVE))

    assert (await person.get(dossier.path)).status_code == 200


async def test_both_in_one_batch_in_either_order(world: Any, offered: Any) -> None:
    office, dossier, first = offered
    body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
    second = await office.accountant.made(dossier.path + "/grants", body)
    one, other = new_id(), new_id()

    await world.told(
        world.activated(one),
        world.linked(first["id"], one),
        world.linked(second["id"], other),
        world.activated(other),
        together=True,
    )

    assert {str(event.grant_id) for event in await world.harness.said(GrantActivated)} == {first["id"], second["id"]}


@pytest.mark.parametrize("linked_first", [True, False])
async def test_a10_a_grant_withdrawn_before_the_activation_stays_withdrawn(
    world: Any, offered: Any, linked_first: bool
) -> None:
    office, dossier, grant = offered
    person = world.somebody()
    link, activation = world.linked(grant["id"], person.account_id), world.activated(person.account_id)
    await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")

    await world.told(*((link, activation) if linked_first else (activation, link)))

    assert await world.grant_state(grant["id"]) == "withdrawn"
    assert await world.harness.said(GrantActivated) == []
    assert (await person.get(dossier.path)).status_code == 404


async def test_a10_a_withdrawal_after_the_activation_wins_against_late_repeats(world: Any, offered: Any) -> None:
    office, dossier, grant = offered
    person = world.somebody()
    link, activation = world.linked(grant["id"], person.account_id), world.activated(person.account_id)
    await world.told(link, activation)
    await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")

    await world.told(link, activation)

    assert await world.grant_state(grant["id"]) == "withdrawn"
    assert len(await world.harness.said(GrantActivated)) == 1


async def test_every_message_three_times_in_shuffled_order_gives_the_same_tables(world: Any, offered: Any) -> None:
    office, dossier, first = offered
    body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
    second = await office.accountant.made(dossier.path + "/grants", body)
    account = new_id()
    once = [
        arrived(world.linked(first["id"], account)),
        arrived(world.linked(second["id"], account)),
        arrived(world.activated(account)),
    ]
    messages = once * 3
    random.Random(7).shuffle(messages)

    await asyncio.gather(world.told(*messages[:4]), world.told(*messages[4:]))

    states = await world.rows("SELECT state, account_id, version FROM access_grant")
    assert states == [{"state": "active", "account_id": account, "version": 2}] * 2
    assert len(await world.harness.said(GrantActivated)) == 2
    actions = await world.rows("SELECT action FROM journal WHERE action = 'grant_activated'")
    assert len(actions) == 2


async def test_link_and_activation_at_the_same_moment_never_miss_each_other(world: Any, offered: Any) -> None:
    office, dossier, grant = offered
    for _ in range(10):
        account = new_id()
        await asyncio.gather(
            world.told(world.linked(grant["id"], account)),
            world.told(world.activated(account)),
        )
        assert await world.grant_state(grant["id"]) == "active"
        await office.accountant.post(f"{dossier.path}/grants/{grant['id']}/withdraw")
        body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)


async def test_an_offer_belongs_to_the_account_it_was_linked_to_first(world: Any, offered: Any) -> None:
    _, dossier, grant = offered
    first, second = world.somebody(), world.somebody()

    await world.told(
        world.linked(grant["id"], first.account_id),
        world.linked(grant["id"], second.account_id, AccountState.ACTIVE),
    )

    assert await world.grant_state(grant["id"]) == "offered"
    assert (await second.get(dossier.path)).status_code == 404


async def test_an_offer_nobody_knows_is_no_reason_to_fail(world: Any) -> None:
    await world.told(world.linked(new_id(), new_id()), world.linked(new_id(), new_id(), kind=OfferKind.FIRM))

    assert await world.harness.said_types() == []


async def test_a14_staff_may_call_once_their_account_is_active_and_its_phone_verified(world: Any) -> None:
    office = await world.office()
    body = {"given_name": "Nora", "family_name": "New", "email": "nora@firm.example", "phone": "+32470000003"}
    invited = await office.administrator.made(f"/firms/{office.firm_id}/staff", body)
    nora = world.somebody()
    answers = []

    for word in (
        world.linked(invited["id"], nora.account_id, kind=OfferKind.FIRM),
        world.activated(nora.account_id),
        PhoneVerified(account_id=nora.account_id),
    ):
        await world.told(word)
        answers.append((await nora.get(f"/firms/{office.firm_id}/clients")).status_code)

    assert answers == [404, 404, 200]
