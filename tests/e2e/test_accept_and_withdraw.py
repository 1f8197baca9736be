"""Acceptance against withdrawal, in every order: one final state, and events that agree with it (A10, I12)."""

import asyncio

from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.story import DOSSIER
from local_stack.stack import LocalStack
from local_stack.testing import Office, Records
from service_kit.testing import eventually

RACES = 8


async def said(records: Records, grant_id: str) -> list[str]:
    """What dossier said of a grant, in order."""
    rows = await records.rows(
        "dossier",
        "SELECT type FROM outbox WHERE subject = $1 AND type LIKE 'dossier.grant.%' ORDER BY sequence",
        grant_id,
    )
    return [row["type"].split(".")[2] for row in rows]


async def state_of(records: Records, grant_id: str) -> str:
    return str(await records.value("dossier", "SELECT state FROM access_grant WHERE id = $1", grant_id))


async def accept(person: Actor, link: str) -> int:
    """The status of an acceptance."""
    path = f"{IDENTITY}/invitations/{link.rpartition('/')[2]}/acceptance"
    return (await person.anonymous.send("POST", path, {"password": person.human.password})).status_code


async def test_a_link_whose_only_offer_was_withdrawn_says_revoked_and_makes_no_account(
    office: Office, records: Records
) -> None:
    person = office.person()
    dossier_id, grant_id = await office.invite(person.human)
    link = await person.newest_link()

    await office.withdraw(dossier_id, grant_id)

    async def dead() -> bool:
        return (await person.look(link)).status_code == 410

    await eventually(dead)
    path = f"{IDENTITY}/invitations/{link.rpartition('/')[2]}"
    assert (await person.anonymous.refused("GET", path)).code == "invitation_revoked"
    assert await accept(person, link) == 410
    assert await said(records, grant_id) == ["offered", "withdrawn"]
    assert (await office.grant_of(dossier_id, person.human))["state"] == "withdrawn"


async def test_a_grant_that_is_withdrawn_after_the_acceptance_closes_the_dossier_again(
    office: Office, records: Records
) -> None:
    person = office.person()
    dossier_id, grant_id = await office.invite(person.human)
    await person.join_and_sign_in()

    async def is_open() -> bool:
        return (await person.api.send("GET", f"{DOSSIER}/dossiers/{dossier_id}")).is_success

    await eventually(is_open)
    await office.withdraw(dossier_id, grant_id)

    assert (await person.api.refused("GET", f"{DOSSIER}/dossiers/{dossier_id}")).status == 404
    assert (await person.api.get(f"{DOSSIER}/my/dossiers"))["items"] == []
    assert await said(records, grant_id) == ["offered", "activated", "withdrawn"]


async def test_a_grant_withdrawn_before_dossier_heard_of_the_account_stays_withdrawn(
    stack: LocalStack, office: Office, records: Records
) -> None:
    """A10: the account exists, the grant does not come back; a later offer to the same person opens at once."""
    person = office.person()
    dossier_id, grant_id = await office.invite(person.human)
    link = await person.newest_link()
    await asyncio.to_thread(stack.stop, "dossier-worker")
    try:
        assert await accept(person, link) == 200
        await office.withdraw(dossier_id, grant_id)
    finally:
        await asyncio.to_thread(stack.start, "dossier-worker")
    await person.sign_in()

    other_dossier, other_grant = await office.invite(person.human)

    async def other_is_open() -> bool:
        return (await person.api.send("GET", f"{DOSSIER}/dossiers/{other_dossier}")).is_success

    await eventually(other_is_open)
    assert await state_of(records, grant_id) == "withdrawn"
    assert await said(records, grant_id) == ["offered", "withdrawn"]
    assert await said(records, other_grant) == ["offered", "activated"]


async def test_accepting_and_withdrawing_at_the_same_moment_ends_in_one_state(office: Office, records: Records) -> None:
    """I12: withdrawn in the end; activated in between exactly if dossier heard of the activation first."""
    people = [office.person() for _ in range(RACES)]
    places = await asyncio.gather(*(office.invite(person.human) for person in people))
    links = await asyncio.gather(*(person.newest_link() for person in people))

    async def race(person: Actor, link: str, place: tuple[str, str]) -> int:
        status, _ = await asyncio.gather(accept(person, link), office.withdraw(*place))
        return status

    statuses = await asyncio.gather(*map(race, people, links, places))

    async def at_rest() -> bool:
        return not await records.unsent()

    await eventually(at_rest)
    assert set(statuses) <= {200, 410}
    for person, status, (_, grant_id) in zip(people, statuses, places, strict=True):
        assert await state_of(records, grant_id) == "withdrawn"
        activated_at = await records.value("dossier", "SELECT activated_at FROM access_grant WHERE id = $1", grant_id)
        between = ["activated"] if activated_at else []
        assert await said(records, grant_id) == ["offered", *between, "withdrawn"]
        account = await records.value("identity", "SELECT state FROM account WHERE email = $1", person.human.email)
        assert account == ("active" if status == 200 else "pending")
