"""The life of an invitation through all services: expired and resent, declined and offered anew, revoked and moved."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office, Records
from service_kit.testing import eventually

Shift = Callable[[timedelta], Awaitable[None]]
DAY = timedelta(days=1)


async def mail_naming(actor: Actor, words: str) -> str:
    """The subject of a mail for somebody that holds these words, once there is one."""

    async def told() -> str:
        mails = await actor.mailbox.mails(actor.human.email)
        return next((mail.subject for mail in reversed(mails) if words in mail.text), "")

    return await eventually(told, within=30)


async def resend(office: Office, dossier_id: str, grant_id: str) -> int:
    path = f"{DOSSIER}/dossiers/{dossier_id}/grants/{grant_id}/resend"
    return (await office.manager.api.send("POST", path)).status_code


async def reminders_armed(records: Records, person: Actor) -> bool:
    account_id = await records.value("identity", "SELECT id FROM account WHERE email = $1", person.human.email)
    query = "SELECT count(*) FROM ladder WHERE subject_id = $1 AND state = 'armed'"
    return bool(account_id) and bool(await records.value("scheduler", query, account_id))


async def test_an_expired_invitation_is_shown_told_to_the_manager_and_works_again_after_a_resend(
    office: Office, records: Records, shift: Shift
) -> None:
    """R4, I7, M8: expiry is the ladder's last step, without a mail; resend opens a new ladder."""
    person = office.person("Latecomer")
    dossier_id, grant_id = await office.invite(person.human)
    old = await person.newest_link()
    await eventually(lambda: reminders_armed(records, person))
    await shift(31 * DAY)
    await person.mailbox.mails_from(person.human.email, 2)
    await shift(62 * DAY)

    async def heard_of_it() -> bool:
        query = "SELECT i.state FROM known_invitation i JOIN access_grant g USING (invitation_id) WHERE g.id = $1"
        return bool(await records.value("dossier", query, UUID(grant_id)) == "expired")

    await eventually(heard_of_it, within=30)
    await shift(timedelta())

    async def expired() -> dict[str, Any] | None:
        page = await office.manager.api.send("GET", f"{DOSSIER}/dossiers/{dossier_id}/rights")
        return await office.grant_of(dossier_id, person.human) if page.is_success else None

    grant = await eventually(expired, within=30)
    assert grant is not None
    assert grant["invitation"]["state"] == "expired"
    assert (grant["state"], grant["next_reminder_at"]) == ("offered", None)
    assert grant["resend"]["possible"] is True
    assert (await person.look(old)).status_code == 410
    assert await mail_naming(office.manager, person.human.name)
    assert len(await person.mailbox.mails(person.human.email)) == 2

    assert await resend(office, dossier_id, grant_id) == 202
    await person.mailbox.mails_from(person.human.email, 3)
    assert (await person.look(old)).status_code == 410
    assert (await person.look(await person.newest_link())).status_code == 200
    await eventually(lambda: reminders_armed(records, person))


async def test_resend_never_mails_the_same_token_and_is_limited(office: Office) -> None:
    """I7: the older links are dead at once; three an hour."""
    person = office.person()
    dossier_id, grant_id = await office.invite(person.human)
    links = [await person.newest_link()]
    for number in (2, 3, 4):
        assert await resend(office, dossier_id, grant_id) == 202
        await person.mailbox.mails_from(person.human.email, number)
        links.append(await person.newest_link())

    assert len(set(links)) == 4
    assert [(await person.look(link)).status_code for link in links] == [410, 410, 410, 200]
    assert await resend(office, dossier_id, grant_id) == 429


async def test_a_dead_invitation_never_blocks_the_next_one(office: Office, records: Records) -> None:
    """I5, A10: declined, then offered again, then accepted."""
    person, dossier_id = office.person(), await office.dossier()
    person_id = await office.enter(dossier_id, person.human)
    body = {"person_id": person_id, "right": "read", "contact_confirmed": True}
    await office.manager.api.post(f"{DOSSIER}/dossiers/{dossier_id}/grants", body)
    await person.decline(await person.newest_link())

    async def declined() -> bool:
        return bool((await office.grant_of(dossier_id, person.human))["state"] == "declined")

    await eventually(declined)

    async def no_reminders() -> bool:
        return not await reminders_armed(records, person)

    await eventually(no_reminders)

    await office.manager.api.post(f"{DOSSIER}/dossiers/{dossier_id}/grants", body)
    await person.mailbox.mails_from(person.human.email, 2)
    await person.join_and_sign_in()

    async def is_open() -> bool:
        return (await person.api.send("GET", f"{DOSSIER}/dossiers/{dossier_id}")).is_success

    await eventually(is_open)


async def test_after_a_revoke_and_another_address_the_old_login_hears_nothing(office: Office) -> None:
    """I9: revoke, change the e-mail, grant again: the new address is invited, not the old login told."""
    person = office.person("Mover")
    dossier_id, grant_id = await office.invite(person.human)
    await person.join_and_sign_in()
    await office.withdraw(dossier_id, grant_id)
    page = await office.manager.api.get(f"{DOSSIER}/dossiers/{dossier_id}/rights")
    entry = next(each for each in page["people"] if each["email"] == person.human.email)
    other = person.human.email.replace("@", ".new@")
    path = f"{DOSSIER}/dossiers/{dossier_id}/people/{entry['id']}"
    await office.manager.api.patch(path, {"email": other}, {"If-Match": entry["etag"]})
    heard = len(await person.mailbox.mails(person.human.email))

    body = {"person_id": entry["id"], "right": "read", "contact_confirmed": True}
    await office.manager.api.post(f"{DOSSIER}/dossiers/{dossier_id}/grants", body)

    mails = await person.mailbox.mails_from(other, 1)
    assert "/invitation/" in mails[0].text
    assert len(await person.mailbox.mails(person.human.email)) == heard
    assert (await person.api.refused("GET", f"{DOSSIER}/dossiers/{dossier_id}")).status == 404
    assert (await person.api.get(f"{IDENTITY}/me/access"))["items"] == []
