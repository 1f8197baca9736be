"""Taking one's data along, and being forgotten (I13, I3, A14)."""

import asyncio
from typing import Any

import httpx
import pytest
from event_contracts.firms import StaffJoined, StaffRemoved
from event_contracts.identity import AccountErased, InvitationIssued
from event_contracts.security import SecurityNoticeKind
from identity_service.accounts import repository as accounts
from identity_service.accounts.service import reserve_name
from identity_service.sessions import repository as sessions
from identity_service.sessions.domain import EndReason
from identity_service.sessions.service import end_sessions

Owner = Any
World = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"
PERSONAL = ("jan@example.org", "Peeters", "+32470123456", "Firefox")


async def erase(owner: Owner, password: str = PASSWORD) -> httpx.Response:
    answer: httpx.Response = await owner.call("POST", "/erasure", {"password": password})
    return answer


async def test_i13_an_export_holds_all_that_identity_knows_and_no_secret(owner: Owner) -> None:
    world = owner.world
    firm = world.firm()
    offer = world.offered(firm=firm)
    await world.told(offer, world.activated(offer, owner.account_id))
    await owner.call("POST", "/recovery-codes", {"password": PASSWORD})
    await owner.change("phone", "+32470999999")
    await owner.ask_reset()
    (token,) = await owner.reset_tokens()

    answer = await owner.call("GET", "/export")

    assert answer.status_code == 200
    data = answer.json()
    assert data["account"]["email"] == "jan@example.org"
    assert [name["user_name"] for name in data["user_names"]] == ["jan.peeters"]
    assert [session["session_id"] for session in data["sessions"]] == [owner.session_id]
    assert [access["firm_name"] for access in data["access"]] == ["Fiduciaire Dubois"] * 2
    assert [invitation["state"] for invitation in data["invitations"]] == ["accepted"]
    assert [change["value"] for change in data["contact_changes"]] == ["+32470999999"]
    assert len(data["password_resets"]) == 1
    assert data["recovery_codes_left"] == 10
    secrets = [row["password_hash"] for row in await world.rows("SELECT password_hash FROM account")]
    assert not [secret for secret in [*secrets, token, owner.access_token] if secret in answer.text]
    assert "hash" not in answer.text
    assert "encrypted" not in answer.text


async def test_i13_an_export_holds_nothing_of_anybody_else(owner: Owner) -> None:
    await owner.world.active(email="piet@example.org", given_name="Piet", phone=None)
    assert "piet" not in (await owner.call("GET", "/export")).text.lower()


async def test_i13_an_erased_person_is_forgotten_signed_out_and_told(owner: Owner) -> None:
    world = owner.world
    other = await world.sign_in()
    await owner.call("POST", "/recovery-codes", {"password": PASSWORD})
    await owner.begin("email", "jan@example.com")
    await owner.ask_reset()
    await owner.reset_tokens()
    await world.begin()
    await world.told(world.offered(firm=world.firm("Kantoor Maes")))

    assert (await erase(owner)).status_code == 204

    (said,) = await world.harness.said(AccountErased)
    assert said.account_id == owner.account_id
    ended = {owner.session_id: "account_erased", other["session_id"]: "account_erased"}
    assert await owner.ended() == ended
    (notice,) = await owner.notices(SecurityNoticeKind.ACCOUNT_ERASED)
    assert notice.recipient.email == "jan@example.org"
    kept = "\n".join(line for line in (await world.everything()).splitlines() if not line.startswith("outbox:"))
    assert not [text for text in (*PERSONAL, "jan@example.com", "Kantoor Maes") if text in kept]
    for table in ("sign_in_challenge", "password_reset", "recovery_code", "contact_change", "refresh_token"):
        assert await world.rows(f"SELECT 1 FROM {table}") == [], table
    assert (await owner.call("GET", "")).json()["code"] == "session_over"


async def test_i13_an_erased_person_signs_in_no_more_by_name_address_or_link(owner: Owner) -> None:
    world = owner.world
    await owner.ask_reset()
    (token,) = await owner.reset_tokens()
    challenge, code = (await world.begin()).json()["challenge_id"], await world.last_code()
    await erase(owner)
    assert (await world.enter(challenge, code)).status_code == 401
    assert (await owner.reset(token, "nog een zin, en wat langer")).status_code == 404
    before = len(await world.rows("SELECT 1 FROM outbox"))
    for name in ("jan.peeters", "jan@example.org", f"{owner.account_id.hex}@erased.invalid"):
        assert (await world.begin(name)).json()["tokens"] is None
    assert len(await world.rows("SELECT 1 FROM outbox")) == before


async def test_i3_an_erased_persons_user_name_is_never_given_again_and_the_address_may_be_invited(
    owner: Owner,
) -> None:
    world = owner.world
    await erase(owner)
    await world.told(world.offered())
    invited = (await world.harness.said(InvitationIssued))[-1]
    assert (invited.recipient.email, invited.user_name) == ("jan@example.org", "jan.peeters2")
    assert invited.account_id != owner.account_id
    answer = await world.accept(world.link(invited), "een heel nieuwe zin vandaag")
    assert answer.json()["user_name"] == "jan.peeters2"


async def test_i13_a_name_that_was_reserved_for_an_older_address_does_not_keep_that_address(owner: Owner) -> None:
    world = owner.world
    async with world.database.transaction() as uow:
        await reserve_name(uow, client_id="system", email="jan@example.org", wanted="8005551216")
    await owner.change("email", "jan@example.com")
    await erase(owner)
    names = await world.rows("SELECT name, reserved_for FROM taken_name ORDER BY name")
    assert [(row["name"], row["reserved_for"]) for row in names] == [("8005551216", None), ("jan.peeters", None)]


async def test_i13_an_erasure_and_a_refresh_that_meet_do_not_wait_for_each_other_in_a_circle(owner: Owner) -> None:
    world = owner.world
    async with world.database.transaction() as uow:
        await accounts.lock(uow.session, owner.account_id)
        await end_sessions(uow, owner.account_id, EndReason.ACCOUNT_ERASED)
        await uow.flush()
        body = {"refresh_token": owner.refresh_token}
        answer = asyncio.create_task(world.client.post(f"{API}/tokens/refresh", json=body))
        await world.until_somebody_waits()
        await sessions.forget_person(uow.session, owner.account_id)
    assert (await answer).status_code == 401


async def test_i13_erasure_needs_the_password_and_happens_once(owner: Owner) -> None:
    refused = await erase(owner, "niet het wachtwoord")
    assert (refused.status_code, refused.json()["code"]) == (422, "password_wrong")
    answers = await asyncio.gather(*(erase(owner) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401]
    assert len(await owner.world.harness.said(AccountErased)) == 1


async def test_a14_a_place_that_is_being_opened_ends_first_as_well(owner: Owner) -> None:
    await owner.world.told(owner.world.staff())
    answer = await erase(owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "staff_place"), "dossier opens it at this moment"


@pytest.mark.parametrize("removed", [False, True])
async def test_a14_the_last_administrator_cannot_be_erased_before_their_place_ends(owner: Owner, removed: bool) -> None:
    world = owner.world
    place = world.staff(person=world.person())
    joined = StaffJoined(
        membership_id=place.membership_id,
        firm_id=place.firm.firm_id,
        account_id=owner.account_id,
        role="administrator",
    )
    await world.told(place, joined)
    if removed:
        gone = StaffRemoved(membership_id=place.membership_id, firm_id=place.firm.firm_id, account_id=owner.account_id)
        await world.told(gone)
        assert (await erase(owner)).status_code == 204
        return
    answer = await erase(owner)
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "staff_place", "I13")
    assert (await owner.call("GET", "")).json()["email"] == "jan@example.org"
    assert await owner.ended() == {}
