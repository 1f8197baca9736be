"""The owner's accesses (I13): seen, left, and forgotten with the person."""

import asyncio
from typing import Any
from uuid import UUID

from event_contracts.dossier import GrantDeclined
from event_contracts.firms import PortalUserDeactivated, StaffJoined, StaffRemoved
from event_contracts.identity import AccessLeft, AccessLinked, InvitationRevoked, LadderCancelled
from identity_service.accounts import repository as accounts
from identity_service.invitations.ending import forget_person
from service_kit.ids import new_id

World = Any
API = "/api/identity/v1/me/access"


async def signed_in(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await world.sign_in())['access_token']}"}


async def seen(world: World, headers: dict[str, str]) -> list[tuple[str, str]]:
    answer = await world.client.get(API, headers=headers)
    assert answer.status_code == 200, answer.text
    return [(access["dossier_name"], access["state"]) for access in answer.json()["items"]]


async def leave(world: World, headers: dict[str, str], offer_id: UUID) -> Any:
    return await world.client.post(f"{API}/{offer_id}/leave", headers=headers)


async def test_i13_the_owner_sees_every_access_and_who_gave_it(world: World) -> None:
    ours, theirs = world.offered(dossier_name="Een"), world.offered(world.firm("Kantoor Maes"), granted_by="Bert Maes")
    await world.told(ours, theirs)
    account_id = (await world.issued())[0].account_id
    await world.accept((await world.tokens())[0])
    headers = await signed_in(world)
    await world.told(world.activated(theirs), PortalUserDeactivated(firm_id=theirs.firm.firm_id, account_id=account_id))

    first, second = (await world.client.get(API, headers=headers)).json()["items"]
    assert (first["state"], first["deactivated"], first["granted_by"]) == ("being_opened", False, "Anne Dubois")
    assert (second["state"], second["deactivated"], second["granted_by"]) == ("open", True, "Bert Maes")
    assert (second["firm_name"], second["right"], second["kind"]) == ("Kantoor Maes", "write", "dossier")
    await world.told(world.withdrawn(theirs))
    assert await seen(world, headers) == [("Een", "being_opened")]


async def test_i13_leaving_is_asked_of_dossier_and_being_closed_until_it_answers(world: World) -> None:
    offer = world.offered(dossier_name="Een")
    await world.told(offer)
    await world.accept((await world.tokens())[0])
    await world.told(world.activated(offer))
    headers = await signed_in(world)
    answers = await asyncio.gather(*(leave(world, headers, offer.grant_id) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {204}
    (left,) = await world.harness.said(AccessLeft)
    assert (left.offer_id, left.firm_id) == (offer.grant_id, offer.firm.firm_id)
    await world.told(world.activated(offer))
    assert await seen(world, headers) == [("Een", "being_closed")]
    await world.told(world.withdrawn(offer))
    assert await seen(world, headers) == []
    assert (await leave(world, headers, offer.grant_id)).status_code == 204
    assert len(await world.harness.said(AccessLeft)) == 1


async def test_i13_what_was_not_open_yet_is_gone_when_dossier_says_declined(world: World) -> None:
    offer = world.offered(dossier_name="Een")
    await world.told(offer)
    account_id = (await world.issued())[0].account_id
    await world.accept((await world.tokens())[0])
    headers = await signed_in(world)
    await leave(world, headers, offer.grant_id)
    assert await seen(world, headers) == [("Een", "being_closed")]
    await world.told(
        GrantDeclined(
            grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id, account_id=account_id
        )
    )
    assert await seen(world, headers) == []


async def test_a13_anothers_access_is_left_like_one_that_does_not_exist(world: World) -> None:
    foreign = world.offered(person=world.person(email="an@example.org"))
    await world.told(foreign)
    await world.active()
    headers = await signed_in(world)
    answers = [await leave(world, headers, offer_id) for offer_id in (foreign.grant_id, new_id())]
    bodies = [{**answer.json(), "instance": None, "correlation_id": None} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert await world.harness.said(AccessLeft) == []


async def test_a14_a_place_in_a_firms_staff_is_not_left_but_ended_there(world: World) -> None:
    place = world.staff()
    await world.told(place)
    account_id = (await world.issued())[0].account_id
    await world.accept((await world.tokens())[0])
    headers = await signed_in(world)
    await world.told(
        StaffJoined(
            membership_id=place.membership_id, firm_id=place.firm.firm_id, account_id=account_id, role="accountant"
        )
    )
    assert await seen(world, headers) == [(None, "open")]
    answer = await leave(world, headers, place.membership_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff_place")
    await world.told(StaffRemoved(membership_id=place.membership_id, firm_id=place.firm.firm_id))
    assert await seen(world, headers) == []


async def test_i10_a_session_that_is_over_sees_and_leaves_nothing(world: World) -> None:
    offer = world.offered()
    await world.told(offer)
    await world.accept((await world.tokens())[0])
    headers = await signed_in(world)
    await world.client.post("/api/identity/v1/sign-out", headers=headers)
    for answer in (await world.client.get(API, headers=headers), await leave(world, headers, offer.grant_id)):
        assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
    assert (await world.client.get(API)).status_code == 401


async def test_a14_a_linked_access_says_whether_the_phone_is_verified(world: World) -> None:
    await world.active()
    await world.told(world.offered())
    assert (await world.harness.said(AccessLinked))[-1].phone_verified is False
    await signed_in(world)
    await world.told(world.offered())
    assert (await world.harness.said(AccessLinked))[-1].phone_verified is True


async def forget(world: World, account_id: UUID) -> None:
    async with world.database.transaction() as uow:
        account = await accounts.lock(uow.session, account_id)
        assert account is not None
        await forget_person(uow, account)


async def test_i13_of_an_erased_person_the_areas_tables_keep_no_name_and_open_nothing(world: World) -> None:
    waits, gone = world.offered(dossier_name="Familie Peeters"), world.offered()
    await world.told(waits, gone, world.withdrawn(gone))
    issued = await world.issued()
    await world.told(PortalUserDeactivated(firm_id=waits.firm.firm_id, account_id=issued[0].account_id))
    cancelled = len(await world.harness.said(LadderCancelled))
    await forget(world, issued[0].account_id)

    assert [said.reason for said in await world.harness.said(LadderCancelled)][cancelled:] == ["erased"]
    assert len(await world.harness.said(InvitationRevoked)) == 2
    for table in ("invitation", "invitation_token", "kept_out"):
        assert await world.rows(f"SELECT * FROM {table}") == []
    for row in await world.rows("SELECT * FROM offer"):
        assert {name for name, value in row.items() if value is not None} == {"offer_id", "firm_id", "state"}
        assert row["state"] == "withdrawn"
    before = await world.harness.said_types()
    await world.told(waits, world.activated(waits))
    assert await world.harness.said_types() == before
    answer = await world.client.get(f"/api/identity/v1/invitations/{world.link(issued[0])}")
    assert answer.status_code == 404


async def test_a13_erasing_one_person_touches_nobody_else(world: World) -> None:
    await world.told(world.offered(), world.offered(person=world.person(email="an@example.org")))
    one, other = await world.issued()
    kept = await world.rows("SELECT * FROM offer WHERE account_id = :id", id=other.account_id)
    await forget(world, one.account_id)
    assert await world.rows("SELECT * FROM offer WHERE account_id = :id", id=other.account_id) == kept
    assert (await world.accept(world.link(other))).status_code == 200
