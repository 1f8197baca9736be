"""The owner of an account through all services: forgotten password, lost phone, new address, erasure (I9, I10, I13)."""

import re
from dataclasses import replace

from local_stack.demo.actors import IDENTITY, Actor
from local_stack.demo.story import DOSSIER
from local_stack.testing import Office, Records
from service_kit.testing import eventually

RESET = re.compile(r"/password-reset/([\w-]{20,})")
CODE = re.compile(r"^(\d{6})\b", re.MULTILINE)


async def member(office: Office) -> tuple[Actor, str]:
    """Somebody with an account and an open dossier."""
    person = office.person("Owner")
    dossier_id, _ = await office.invite(person.human)
    await person.join_and_sign_in()

    async def is_open() -> bool:
        return (await person.api.send("GET", f"{DOSSIER}/dossiers/{dossier_id}")).is_success

    await eventually(is_open)
    return person, dossier_id


async def newest(person: Actor, address: str, pattern: re.Pattern[str]) -> str:
    """What the newest mail for an address holds, once one does."""

    async def found() -> str:
        mails = await person.mailbox.mails(address)
        matches = [match for mail in mails for match in pattern.findall(mail.text)]
        return str(matches[-1]) if matches else ""

    return await eventually(found)


async def test_a_forgotten_password_and_a_lost_phone_are_no_end(office: Office) -> None:
    """I10, I13: a link to the own address sets the password, ends every session; a recovery code replaces the SMS."""
    person, dossier_id = await member(office)
    codes = (await person.api.post(f"{IDENTITY}/me/recovery-codes", {"password": person.human.password}))["codes"]
    person.secrets |= set(codes)
    known = await person.anonymous.send("POST", f"{IDENTITY}/password-resets", {"user_name": person.user_name})
    unknown = await person.anonymous.send("POST", f"{IDENTITY}/password-resets", {"user_name": "nobody.at.all"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)

    token = await newest(person, person.human.email, RESET)
    person.secrets.add(token)
    person.human = replace(person.human, password=person.human.password + "-another")
    person.secrets.add(person.human.password)
    await person.anonymous.post(f"{IDENTITY}/password-resets/{token}", {"password": person.human.password})

    async def refused() -> bool:
        return (await person.api.send("GET", f"{DOSSIER}/dossiers/{dossier_id}")).status_code == 401

    await eventually(refused)
    name = {"user_name": person.user_name, "password": person.human.password}
    challenge = await person.anonymous.post(f"{IDENTITY}/sign-in", name)
    path = f"{IDENTITY}/sign-in/{challenge['challenge_id']}/recovery-code"
    tokens = await person.anonymous.send("POST", path, {"code": codes[0]})
    assert tokens.status_code == 200
    person.secrets |= {tokens.json()["access_token"], tokens.json()["refresh_token"]}
    assert (await person.anonymous.refused("POST", path, {"code": codes[0]})).status == 401


async def test_a_new_address_signs_in_and_gets_the_mails_and_the_old_one_no_more(office: Office) -> None:
    """I9: verified first; a notice to the old address; what is granted later is told to the new one."""
    person, _ = await member(office)
    old, new = person.human.email, person.human.email.replace("@", ".second@")
    wanted = {"kind": "email", "value": new, "password": person.human.password}
    change = await person.api.post(f"{IDENTITY}/me/contact-changes", wanted)
    code = await newest(person, new, CODE)
    await person.api.post(f"{IDENTITY}/me/contact-changes/{change['change_id']}/confirmation", {"code": code})

    async def told() -> bool:
        return any(new.partition("@")[0] not in mail.text for mail in (await person.mailbox.mails(old))[2:])

    await eventually(told)
    question = {"user_name": old, "password": person.human.password}
    texts = len(await person.mailbox.texts(person.human.phone))
    assert (await person.anonymous.post(f"{IDENTITY}/sign-in", question))["tokens"] is None
    person.human = replace(person.human, email=new)
    await person.sign_in()
    assert len(await person.mailbox.texts(person.human.phone)) == texts + 1


async def test_erasure_ends_every_access_forgets_the_person_and_frees_the_address(
    office: Office, records: Records
) -> None:
    """I13: pseudonymised; the user name is never given again (I3); the address may be invited anew."""
    person, dossier_id = await member(office)
    user_name, account_id = person.user_name, person.account_id

    await person.api.post(f"{IDENTITY}/me/erasure", {"password": person.human.password})

    async def gone() -> bool:
        return bool((await office.grant_of(dossier_id, person.human))["state"] == "withdrawn")

    await eventually(gone)
    row = (await records.rows("identity", "SELECT * FROM account WHERE id = $1", account_id))[0]
    assert row["state"] == "erased"
    assert not [value for value in row.values() if value in (person.human.email, person.human.phone, "Gwen", "Owner")]

    again = replace(person.human, password=person.human.password + "-again")
    newcomer = Actor(again, office.stage.http, office.stage.mailbox)
    office.stage.actors.append(newcomer)
    before = len(await newcomer.mailbox.mails(again.email))
    await office.invite(again)
    await newcomer.mailbox.mails_from(again.email, before + 1)
    await newcomer.join_and_sign_in()
    assert newcomer.account_id != account_id
    assert newcomer.user_name != user_name
