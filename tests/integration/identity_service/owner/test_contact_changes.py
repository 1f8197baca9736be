"""E-mail and phone: changed by the signed-in owner, proven first, told to the old address (I9, I2, A14)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from event_contracts.identity import AccessLinked, AccountChanged, AccountErased, PhoneVerified
from event_contracts.security import ContactCodeIssued, SecurityNoticeKind, SignInCodeIssued
from identity_service.accounts import repository as accounts
from sqlalchemy import text

Owner = Any
World = Any
NEW = "jan.peeters@example.com"


async def test_i9_a_new_address_counts_once_its_code_is_entered_and_the_old_one_is_told(owner: Owner) -> None:
    world = owner.world
    other = await world.sign_in()
    begun = await owner.begin("email", " Jan.Peeters@Example.com ")
    assert (begun.status_code, begun.json()["value"]) == (202, NEW)
    (code,) = await world.harness.said(ContactCodeIssued)
    assert (code.channel, code.address) == ("email", NEW)
    assert (await world.me(owner.access_token)).json()["email"] == "jan@example.org"

    assert (await owner.confirm(begun.json()["change_id"], await owner.contact_code())).status_code == 204

    assert (await world.me(owner.access_token)).json()["email"] == NEW
    (notice,) = await owner.notices(SecurityNoticeKind.EMAIL_CHANGED)
    assert (notice.recipient.email, notice.detail) == ("jan@example.org", "j…@example.com")
    (changed,) = await world.harness.said(AccountChanged)
    assert changed.recipient.email == NEW
    assert await owner.ended() == {other["session_id"]: "contact_changed"}


async def test_i9_the_old_address_signs_in_no_more_and_the_new_one_does(owner: Owner) -> None:
    world = owner.world
    assert (await owner.change("email", NEW)).status_code == 204
    before = len(await world.rows("SELECT 1 FROM outbox WHERE type LIKE '%sign_in_code%'"))
    asked = (await world.begin("jan@example.org")).json()
    assert asked["challenge_id"]
    assert len(await world.rows("SELECT 1 FROM outbox WHERE type LIKE '%sign_in_code%'")) == before
    challenge = (await world.begin(NEW)).json()["challenge_id"]
    assert (await world.enter(challenge, await world.last_code())).status_code == 200


async def test_i9_a_sign_in_begun_before_the_change_is_dead_after_it(owner: Owner) -> None:
    challenge = (await owner.world.begin()).json()["challenge_id"]
    code = await owner.world.last_code()
    assert (await owner.change("phone", "+32470999999")).status_code == 204
    assert (await owner.world.enter(challenge, code)).status_code == 401


async def test_i9_a_new_phone_gets_the_codes_from_now_on(owner: Owner) -> None:
    world = owner.world
    assert (await owner.change("phone", "+32 470 99 99 99")).status_code == 204
    (code,) = await world.harness.said(ContactCodeIssued)
    assert (code.channel, code.address) == ("sms", "+32470999999")
    (notice,) = await owner.notices(SecurityNoticeKind.PHONE_CHANGED)
    assert (notice.recipient.email, notice.detail) == ("jan@example.org", "+32…99")
    await world.sign_in()
    assert [said.phone for said in await world.harness.said(SignInCodeIssued)] == ["+32470123456", "+32470999999"]
    assert len(await world.harness.said(PhoneVerified)) == 1


async def test_a14_a_phone_is_verified_by_the_first_code_that_got_there_and_said_once(world: World) -> None:
    await world.active()
    assert await world.harness.said(PhoneVerified) == []
    await world.sign_in()
    await world.sign_in()
    assert len(await world.harness.said(PhoneVerified)) == 1


async def test_i9_without_the_password_nothing_begins(owner: Owner) -> None:
    answer = await owner.begin("email", NEW, "niet het wachtwoord")
    assert (answer.status_code, answer.json()["code"]) == (422, "password_wrong")
    assert await owner.world.harness.said(ContactCodeIssued) == []


async def test_i9_five_wrong_codes_end_a_change_and_a_new_one_may_begin(owner: Owner) -> None:
    begun = (await owner.begin("email", NEW)).json()["change_id"]
    code = await owner.contact_code()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        answer = await owner.confirm(begun, wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "code_refused")
    assert (await owner.confirm(begun, code)).status_code == 422
    assert (await owner.change("email", NEW)).status_code == 204


async def test_i9_a_code_expires_after_fifteen_minutes(owner: Owner) -> None:
    begun = (await owner.begin("phone", "+32470999999")).json()["change_id"]
    await owner.world.later(timedelta(minutes=9))
    still = await owner.call("GET", "")
    assert still.status_code == 200
    tokens = (
        await owner.world.client.post("/api/identity/v1/tokens/refresh", json={"refresh_token": owner.refresh_token})
    ).json()
    await owner.world.later(timedelta(minutes=15, seconds=1))
    answer = await owner.world.client.post(
        f"/api/identity/v1/me/contact-changes/{begun}/confirmation",
        json={"code": await owner.contact_code()},
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "code_refused")


async def test_i9_an_equal_repeat_hears_the_same_and_changes_nothing(owner: Owner) -> None:
    begun = (await owner.begin("email", NEW)).json()["change_id"]
    code = await owner.contact_code()
    for _ in range(2):
        assert (await owner.confirm(begun, code)).status_code == 204
    assert len(await owner.notices(SecurityNoticeKind.EMAIL_CHANGED)) == 1


async def test_i9_a_newer_change_kills_the_older(owner: Owner) -> None:
    first = (await owner.begin("email", NEW)).json()["change_id"]
    code = await owner.contact_code()
    await owner.begin("email", "elsewhere@example.com")
    assert (await owner.confirm(first, code)).status_code == 404


async def test_i9_an_address_that_signs_somebody_else_in_answers_alike_and_only_its_owner_hears(owner: Owner) -> None:
    world = owner.world
    await world.active(email="an@example.org", given_name="An", phone=None)
    free, taken = await owner.begin("email", NEW), await owner.begin("email", "an@example.org")
    assert (free.status_code, set(free.json())) == (taken.status_code, set(taken.json()))
    assert [said.address for said in await world.harness.said(ContactCodeIssued)] == [NEW]
    (notice,) = await owner.notices(SecurityNoticeKind.ADDRESS_CLAIMED)
    assert notice.recipient.email == "an@example.org"
    assert "jan" not in notice.model_dump_json().lower()
    rows = await world.rows("SELECT encrypted_code FROM contact_change WHERE value = 'an@example.org'")
    assert [row["encrypted_code"] for row in rows] == [None], "no code could ever be right"
    refused = await owner.confirm(taken.json()["change_id"], "123456")
    assert (refused.status_code, refused.json()["code"]) == (422, "code_refused")


async def test_i2_an_invited_address_is_a_conflict_told_only_to_who_has_it(owner: Owner) -> None:
    world = owner.world
    await world.told(world.offered(person=world.person(email=NEW)))
    begun = await owner.begin("email", NEW)
    assert begun.status_code == 202
    wrong = await owner.confirm(begun.json()["change_id"], "000000")
    assert wrong.json()["code"] == "code_refused"
    answer = await owner.confirm(begun.json()["change_id"], await owner.contact_code())
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "address_invited", "I2")
    assert (await world.me(owner.access_token)).json()["email"] == "jan@example.org"


@pytest.mark.parametrize("ends", ["declined", "withdrawn"])
async def test_i2_an_invitation_that_ended_holds_its_address_no_longer(owner: Owner, ends: str) -> None:
    world = owner.world
    offer = world.offered(person=world.person(email=NEW, given_name="Jantje"))
    token = await world.invited(offer)
    invited = (await world.issued())[-1].account_id
    if ends == "declined":
        await world.client.post(f"/api/identity/v1/invitations/{token}/declination")
    else:
        await world.told(world.withdrawn(offer))

    assert (await owner.change("email", NEW)).status_code == 204

    assert (await world.me(owner.access_token)).json()["email"] == NEW
    assert [said.account_id for said in await world.harness.said(AccountErased)] == [invited]
    kept = "\n".join(line for line in (await world.everything()).splitlines() if not line.startswith("outbox:"))
    assert "Jantje" not in kept
    again = world.offered(person=world.person(email=NEW))
    await world.told(again)
    assert (await world.harness.said(AccessLinked))[-1].account_id == owner.account_id


async def test_i2_what_still_waits_at_an_expired_invitation_holds_its_address(owner: Owner) -> None:
    world = owner.world
    await world.told(world.offered(person=world.person(email=NEW)))
    async with world.database.transaction() as uow:
        await uow.session.execute(text("UPDATE invitation SET state = 'expired' WHERE state = 'pending'"))
    answer = await owner.change("email", NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "address_invited")


@pytest.fixture
async def invited_before(world: World) -> UUID:
    """Somebody invited to the new address before the owner was: the lower id."""
    await world.told(world.offered(person=world.person(email=NEW)))
    invited: UUID = (await world.issued())[-1].account_id
    return invited


async def test_i9_a_change_and_a_correction_that_meet_wait_for_each_other_and_not_in_a_circle(
    invited_before: UUID, owner: Owner
) -> None:
    world = owner.world
    begun = (await owner.begin("email", NEW)).json()["change_id"]
    code = await owner.contact_code()
    async with world.database.transaction() as uow:
        # As a correction locks them (I9): by id, whoever they belong to.
        await accounts.lock(uow.session, invited_before)
        answer = asyncio.create_task(owner.confirm(begun, code))
        await world.until_somebody_waits()
        await accounts.lock(uow.session, owner.account_id)
    assert (await answer).status_code == 409


async def test_i2_an_address_that_became_somebodys_meanwhile_stays_theirs(owner: Owner) -> None:
    world = owner.world
    begun = (await owner.begin("email", NEW)).json()["change_id"]
    code = await owner.contact_code()
    await world.active(email=NEW)
    answer = await owner.confirm(begun, code)
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "address_taken", "I2")


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("email", "not an address", "email_malformed"),
        ("email", "JAN@example.org", "contact_unchanged"),
        ("phone", "0470123456", "phone_without_country"),
        ("phone", "+32 470 12 34 56", "contact_unchanged"),
        ("phone", "+32470", "phone_malformed"),
    ],
)
async def test_a3_what_is_no_new_address_is_refused(owner: Owner, kind: str, value: str, code: str) -> None:
    answer = await owner.begin(kind, value)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["field"] for error in answer.json()["errors"]] == ["value"]


async def test_i9_another_persons_change_is_unknown(owner: Owner) -> None:
    world = owner.world
    begun = (await owner.begin("email", NEW)).json()["change_id"]
    code = await owner.contact_code()
    await world.active(email="an@example.org", phone=None)
    stranger = (await world.begin("an@example.org")).json()["tokens"]["access_token"]
    answer = await world.client.post(
        f"/api/identity/v1/me/contact-changes/{begun}/confirmation",
        json={"code": code},
        headers={"Authorization": f"Bearer {stranger}"},
    )
    assert answer.status_code == 404


async def test_i5_codes_are_stored_encrypted_and_said_sealed(owner: Owner) -> None:
    await owner.begin("email", NEW)
    code = await owner.contact_code()
    (row,) = await owner.world.rows("SELECT encrypted_code, value FROM contact_change")
    assert code not in row["encrypted_code"]
    (said,) = await owner.world.harness.said(ContactCodeIssued)
    assert code not in said.model_dump_json(exclude={"change_id", "account_id", "sealed_code", "expires_at"})
