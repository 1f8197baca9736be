"""Two firms, one person: nothing of one shows at the other (A13), and neither can take the account over (I9)."""

from typing import Any

import pytest_asyncio
from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.stage import Stage
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office, Records
from service_kit.testing import eventually

NOTIFIER = "/api/notifier/v1"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def other_office(stage: Stage) -> Office:
    """Another firm on the same platform."""
    return await Office.open(stage, "Fiduciaire Tilleul")


async def invited_by_both(office: Office, other: Office) -> tuple[Actor, dict[str, tuple[str, str]]]:
    """One human whom both firms invite; dossier and grant by firm."""
    person = office.person()
    places = {}
    for firm, name in ((office, "Willow Street"), (other, "Tamarind Alley")):
        dossier_id = await firm.dossier(name)
        places[firm.firm_id] = (dossier_id, await firm.offer(dossier_id, person.human))
    await person.mailbox.mails_from(person.human.email, 2)
    return person, places


async def mails_by_firm(person: Actor) -> tuple[list[Any], list[Any]]:
    mails = await person.mailbox.mails(person.human.email)
    ours = [mail for mail in mails if "Kantoor Peeters" in mail.text]
    theirs = [mail for mail in mails if "Fiduciaire Tilleul" in mail.text]
    return ours, theirs


async def test_each_firms_mail_and_page_name_nothing_of_the_other(
    office: Office, other_office: Office, records: Records
) -> None:
    person, places = await invited_by_both(office, other_office)

    ours, theirs = await mails_by_firm(person)
    assert (len(ours), len(theirs)) == (1, 1)
    for mail, own, foreign in ((ours[0], "Willow", "Tamarind"), (theirs[0], "Tamarind", "Willow")):
        page = await person.look(mail.links[0])
        for words in (mail.text, mail.html, page.text):
            assert own in words
            assert foreign not in words
    page = str(await office.manager.api.get(f"{DOSSIER}/dossiers/{places[office.firm_id][0]}/rights"))
    assert "Tilleul" not in page
    assert other_office.firm_id not in page
    said = [event for event in await records.events("identity.invitation.issued.v1") if "Willow" in str(event)]
    assert said
    assert not [event for event in said if "Tamarind" in str(event) or other_office.firm_id in str(event)]


async def test_declining_at_one_firm_leaves_the_other_as_it_was(office: Office, other_office: Office) -> None:
    person, places = await invited_by_both(office, other_office)
    ours, theirs = await mails_by_firm(person)

    await person.decline(ours[0].links[0])

    async def declined() -> bool:
        return bool((await office.grant_of(places[office.firm_id][0], person.human))["state"] == "declined")

    await eventually(declined)
    assert (await person.look(theirs[0].links[0])).status_code == 200
    there = await other_office.grant_of(places[other_office.firm_id][0], person.human)
    assert (there["state"], there["invitation"]["state"]) == ("offered", "pending")


async def test_a_hold_and_a_deactivation_of_one_firm_show_nowhere_at_the_other(
    office: Office, other_office: Office
) -> None:
    """M6, I11: the other firm's mail goes out, its dossier stays open, its pages know nothing."""
    hold = f"{NOTIFIER}/firms/{office.firm_id}/mail-hold"
    await office.manager.api.put(hold, {"held": True, "reason": "a check of addresses"})
    try:
        person = office.person("Patient")
        ours, theirs = await office.dossier("Willow Street"), await other_office.dossier("Tamarind Alley")
        await office.offer(ours, person.human)
        await other_office.offer(theirs, person.human)
        mails = await person.mailbox.mails_from(person.human.email, 1)
        assert ["Fiduciaire Tilleul" in mail.text for mail in mails] == [True]
        await person.join_and_sign_in()
    finally:
        await office.manager.api.put(hold, {"held": False})
    assert (await other_office.manager.api.refused("GET", hold)).status == 404

    async def both_open() -> bool:
        items = (await person.api.get(f"{DOSSIER}/my/dossiers"))["items"]
        return {item["id"] for item in items if item["state"] == "open"} == {ours, theirs}

    await eventually(both_open)
    path = f"{DOSSIER}/firms/{office.firm_id}/portal-users/{person.account_id}/deactivation"
    await office.manager.api.post(path, {"reason": "left the family business"})

    assert not (await person.api.send("GET", f"{DOSSIER}/dossiers/{ours}")).is_success
    assert (await person.api.send("GET", f"{DOSSIER}/dossiers/{theirs}")).is_success
    assert (await other_office.grant_of(theirs, person.human))["deactivated"] is False
    foreign = f"{DOSSIER}/firms/{other_office.firm_id}/portal-users/{person.account_id}/deactivation"
    assert (await office.manager.api.refused("POST", foreign, {"reason": "mine"})).status == 404


async def test_no_firm_can_take_an_account_over_by_correcting_its_address(
    office: Office, other_office: Office, stage: Stage
) -> None:
    """I9: a firm changes its own contact data; the account keeps its address, phone and dossiers elsewhere."""
    person, places = await invited_by_both(office, other_office)
    await person.join_and_sign_in()
    dossier_id, _ = places[office.firm_id]

    async def entry() -> dict[str, Any] | None:
        page = await office.manager.api.get(f"{DOSSIER}/dossiers/{dossier_id}/rights")
        found = [each for each in page["people"] if each["grant"] and each["email"] == person.human.email]
        return found[0] if found and found[0]["grant"]["state"] == "active" else None

    known = await eventually(entry)
    assert known is not None
    thief = office.person("Thief")
    change = {"email": thief.human.email, "phone": thief.human.phone, "contact_confirmed": True}
    path = f"{DOSSIER}/dossiers/{dossier_id}/people/{known['id']}"
    await office.manager.api.patch(path, change, {"If-Match": known["etag"]})

    question = {"user_name": thief.human.email, "password": person.human.password}
    assert (await thief.anonymous.post(f"{IDENTITY}/sign-in", question))["tokens"] is None
    await person.sign_in()
    me = await person.api.get(f"{IDENTITY}/me")
    assert me["email"] == person.human.email
    assert await thief.mailbox.mails(thief.human.email) == []
    assert await thief.mailbox.texts(thief.human.phone) == []
