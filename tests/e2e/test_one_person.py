"""One human is one account, however many offers, requests and looks at a link there are (I1, I2, I6)."""

import asyncio
from collections import Counter
from uuid import uuid4

from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.mailbox import link_in
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office, Records
from local_stack.testing.office import grant_body
from service_kit.testing import eventually

EQUAL_REQUESTS = 50


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def acceptance(link: str) -> str:
    return f"{IDENTITY}/invitations/{token_of(link)}/acceptance"


async def account_of(records: Records, person: Actor) -> str:
    """The one account of an address."""
    rows = await records.rows("identity", "SELECT id FROM account WHERE email = $1", person.human.email)
    assert len(rows) == 1
    return str(rows[0]["id"])


async def test_two_dossiers_that_invite_one_address_in_the_same_second_make_one_account_and_one_ladder(
    office: Office, records: Records
) -> None:
    """I2: one account, two grants, one invitation and ladder; one mail that names both, or two mails."""
    person = office.person()
    dossiers = [await office.dossier("Rose Street"), await office.dossier("Lily Street")]

    grants = await asyncio.gather(*(office.offer(dossier, person.human) for dossier in dossiers))

    async def both_named() -> bool:
        text = "".join(mail.text for mail in await person.mailbox.mails(person.human.email))
        return "Rose Street" in text and "Lily Street" in text

    await eventually(both_named)
    account_id = await account_of(records, person)
    issued = await records.events("identity.invitation.issued.v1", account_id=account_id)
    assert {event["invitation_id"] for event in issued} == {issued[0]["invitation_id"]}
    assert Counter(event["occasion"] for event in issued) == {"first": 1, "added": 1}
    assert len(await person.mailbox.mails(person.human.email)) == 2
    ladders = await records.value("scheduler", "SELECT count(*) FROM ladder WHERE subject_id = $1", account_id)
    assert ladders == 1

    await person.join_and_sign_in()

    async def open_dossiers() -> bool:
        items = (await person.api.get(f"{DOSSIER}/my/dossiers"))["items"]
        return {item["id"] for item in items if item["state"] == "open"} == set(dossiers)

    await eventually(open_dossiers)
    for grant_id in grants:
        assert len(await records.events("dossier.grant.activated.v1", grant_id=grant_id)) == 1


async def test_fifty_equal_grants_with_one_key_are_one_grant_one_answer_and_one_mail(
    office: Office, records: Records
) -> None:
    person, dossier_id = office.person(), await office.dossier()
    body = grant_body(await office.enter(dossier_id, person.human))
    headers = {"Idempotency-Key": uuid4().hex}
    path = f"{DOSSIER}/dossiers/{dossier_id}/grants"

    answers = await asyncio.gather(
        *(office.manager.api.send("POST", path, body, headers) for _ in range(EQUAL_REQUESTS))
    )

    assert Counter(answer.status_code for answer in answers) == {201: EQUAL_REQUESTS}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == EQUAL_REQUESTS - 1
    await person.newest_link()
    grant_id = answers[0].json()["id"]
    assert len(await records.events("dossier.grant.offered.v1", grant_id=grant_id)) == 1
    assert len(await person.mailbox.mails(person.human.email)) == 1


async def test_fifty_equal_acceptances_make_one_account_and_hear_one_answer(office: Office, records: Records) -> None:
    """I12: the grant becomes active by exactly one event."""
    person = office.person()
    _, grant_id = await office.invite(person.human)
    path = acceptance(await person.newest_link())
    body = {"password": person.human.password}

    answers = await asyncio.gather(*(person.anonymous.send("POST", path, body) for _ in range(EQUAL_REQUESTS)))

    assert Counter(answer.status_code for answer in answers) == {200: EQUAL_REQUESTS}
    assert len({answer.content for answer in answers}) == 1
    account_id = answers[0].json()["account_id"]

    async def activated() -> bool:
        return bool(await records.events("dossier.grant.activated.v1", grant_id=grant_id))

    await eventually(activated)
    await person.mailbox.mails_from(person.human.email, 2)
    assert len(await records.events("identity.account.activated.v1", account_id=account_id)) == 1
    assert len(await records.events("identity.invitation.accepted.v1", account_id=account_id)) == 1
    assert len(await records.events("dossier.grant.activated.v1", grant_id=grant_id)) == 1
    subjects = [mail.subject for mail in await person.mailbox.mails(person.human.email)]
    assert sum("Welcome" in subject for subject in subjects) == 1


async def test_of_many_passwords_sent_at_once_exactly_one_is_set(office: Office) -> None:
    person = office.person()
    await office.invite(person.human)
    path = acceptance(await person.newest_link())
    bodies = [{"password": f"{person.human.password}-{number}"} for number in range(10)]

    answers = await asyncio.gather(*(person.anonymous.send("POST", path, body) for body in bodies))

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: 1, 410: 9}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 410} == {"invitation_used"}


async def test_looking_at_a_link_a_hundred_times_changes_nothing(office: Office, records: Records) -> None:
    """I6: GET and HEAD, by a person or a mail scanner; only the POST with the password does."""
    person = office.person()
    await office.invite(person.human)
    link = await person.newest_link()

    async def at_rest() -> bool:
        return not await records.unsent() and not await records.unfinished_messages()

    await eventually(at_rest)
    before = await records.digest("identity")

    pages = await asyncio.gather(*(person.look(link) for _ in range(100)))
    heads = await asyncio.gather(
        *(person.anonymous.send("HEAD", f"/invitation/{token_of(link)}") for _ in range(20)),
        *(person.anonymous.send("GET", f"{IDENTITY}/invitations/{token_of(link)}") for _ in range(20)),
    )

    assert {answer.status_code for answer in (*pages, *heads)} == {200}
    assert await records.digest("identity") == before
    await person.join(link)
    assert (await person.look(link)).status_code == 410


async def test_the_granter_hears_the_same_of_a_person_with_and_without_an_account(office: Office) -> None:
    """I1: the answers have the same members and differ in ids and times only."""
    known, new = office.person(), office.person()
    await office.invite(known.human)
    await known.join_and_sign_in()
    dossier_id = await office.dossier()
    path = f"{DOSSIER}/dossiers/{dossier_id}/grants"
    answers = []
    for person in (known, new):
        body = grant_body(await office.enter(dossier_id, person.human))
        answers.append(await office.manager.api.post(path, body))

    own = {"id", "person_id", "offered_at"}
    assert answers[0].keys() == answers[1].keys()
    assert {key: value for key, value in answers[0].items() if key not in own} == {
        key: value for key, value in answers[1].items() if key not in own
    }
    mails = await known.mailbox.mails_from(known.human.email, 3)
    assert "/invitation/" not in mails[-1].text
    assert link_in((await new.mailbox.mails_from(new.human.email, 1))[0])
