"""A changed and a forgotten password: who is signed out, what a link is worth, what a request gives away (I10, I13)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.security import PasswordResetIssued, SecurityNoticeKind
from identity_service.accounts import repository as accounts
from sqlalchemy import event

Owner = Any
World = Any
API = "/api/identity/v1"
OLD = "een korte zin die blijft"
NEW = "nog een zin, en wat langer"


async def change(owner: Owner, current: str, new: str) -> Any:
    return await owner.call("PUT", "/password", {"current_password": current, "new_password": new})


async def test_i13_a_changed_password_ends_every_other_session_and_is_told(owner: Owner) -> None:
    world = owner.world
    other = await world.sign_in()
    assert (await change(owner, OLD, NEW)).status_code == 204
    assert await owner.ended() == {other["session_id"]: "password_changed"}
    assert (await world.me(owner.access_token)).status_code == 200
    (notice,) = await owner.notices(SecurityNoticeKind.PASSWORD_CHANGED)
    assert notice.recipient.email == "jan@example.org"
    challenge = (await world.begin(password=NEW)).json()["challenge_id"]
    assert (await world.enter(challenge, await world.last_code())).status_code == 200


async def test_i13_the_current_password_is_needed(owner: Owner) -> None:
    answer = await change(owner, "niet het wachtwoord", NEW)
    assert (answer.status_code, answer.json()["code"]) == (422, "password_wrong")
    assert [error["field"] for error in answer.json()["errors"]] == ["current_password"]
    assert await owner.notices(SecurityNoticeKind.PASSWORD_CHANGED) == []


@pytest.mark.parametrize("weak", ["kort", "password1234", "jan.peeters2024", "aA1!aA1!aA1!aA1!aA1!", "Welkom12345678"])
async def test_i4_a_leaked_or_patterned_password_is_refused_without_network(owner: Owner, weak: str) -> None:
    answer = await change(owner, OLD, weak)
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (422, "password_weak", "I4")
    assert weak not in answer.text


async def test_i13_guessing_the_password_of_a_stolen_session_is_limited(owner: Owner) -> None:
    statuses = [(await change(owner, f"gok nummer {n} van velen", NEW)).status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]
    assert (await change(owner, OLD, NEW)).status_code == 429
    assert (await owner.call("GET", "")).status_code == 200


async def test_i10_a_forgotten_password_is_set_by_a_link_and_signs_nobody_in(owner: Owner) -> None:
    world = owner.world
    other = await world.sign_in()
    asked = await owner.ask_reset()
    assert asked.status_code == 202
    (token,) = await owner.reset_tokens()
    (said,) = await world.harness.said(PasswordResetIssued)
    assert (said.recipient.email, said.user_name) == ("jan@example.org", "jan.peeters")

    answer = await owner.reset(token, NEW)

    assert (answer.status_code, set(answer.json())) == (200, {"account_id", "user_name"})
    assert await owner.ended() == {owner.session_id: "password_reset", other["session_id"]: "password_reset"}
    assert len(await owner.notices(SecurityNoticeKind.PASSWORD_CHANGED)) == 1
    assert (await world.begin(password=OLD)).json()["tokens"] is None
    begun = (await world.begin(password=NEW)).json()
    assert begun["tokens"] is None, "the second factor is still needed"
    assert (await world.enter(begun["challenge_id"], await world.last_code())).status_code == 200


async def test_i10_looking_at_a_reset_link_a_hundred_times_changes_nothing(owner: Owner) -> None:
    await owner.ask_reset("Jan.Peeters")
    (token,) = await owner.reset_tokens()
    before = await owner.world.everything()
    for _ in range(100):
        answer = await owner.world.client.get(f"{API}/password-resets/{token}")
        assert (answer.status_code, answer.json()["user_name"]) == (200, "jan.peeters")
    assert await owner.world.everything() == before


async def test_i10_an_equal_repeat_hears_the_same_and_another_password_that_the_link_was_used(owner: Owner) -> None:
    await owner.ask_reset()
    (token,) = await owner.reset_tokens()
    answers = await asyncio.gather(*(owner.reset(token, NEW) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await owner.notices(SecurityNoticeKind.PASSWORD_CHANGED)) == 1
    refused = await owner.reset(token, "een derde zin die langer is")
    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (410, "reset_used", "I10")
    await owner.world.later(timedelta(minutes=16))
    assert (await owner.reset(token, NEW)).status_code == 410


@pytest.mark.parametrize("kind", ["newer", "expired", "password", "address"])
async def test_i10_a_dead_reset_link_says_why(owner: Owner, kind: str) -> None:
    await owner.ask_reset()
    token = (await owner.reset_tokens())[0]
    if kind == "newer":
        await owner.ask_reset()
        await owner.reset_tokens()
    elif kind == "expired":
        await owner.world.later(timedelta(hours=1, seconds=1))
    elif kind == "password":
        await change(owner, OLD, NEW)
    else:
        await owner.change("email", "jan@example.com")
    state = "expired" if kind == "expired" else "replaced"
    for answer in (await owner.world.client.get(f"{API}/password-resets/{token}"), await owner.reset(token, NEW)):
        assert (answer.status_code, answer.json()["code"]) == (410, f"reset_{state}")


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "x" * 200])
async def test_i10_a_link_that_never_was_is_unknown(owner: Owner, token: str) -> None:
    assert (await owner.world.client.get(f"{API}/password-resets/{token}")).status_code == 404
    assert (await owner.reset(token, NEW)).status_code == 404


async def test_i4_a_weak_password_leaves_the_link_alive(owner: Owner) -> None:
    await owner.ask_reset()
    (token,) = await owner.reset_tokens()
    assert (await owner.reset(token, "password1234")).json()["code"] == "password_weak"
    assert (await owner.reset(token, NEW)).status_code == 200


async def test_i10_asking_for_known_unknown_and_invited_people_costs_and_answers_the_same(owner: Owner) -> None:
    world = owner.world
    await world.told(world.offered(person=world.person(email="an@example.org")))
    await world.active(email="piet@example.org", phone=None)
    await world.client.post(
        f"{API}/me/erasure",
        json={"password": OLD},
        headers={"Authorization": f"Bearer {(await world.begin('piet@example.org')).json()['tokens']['access_token']}"},
    )
    seen: list[str] = []
    event.listen(
        world.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: seen.append(statement),
    )
    costs, answers = [], []
    for name in ("jan@example.org", "nobody@example.org", "an@example.org", "jan.peeters2", "piet@example.org", "\x00"):
        seen.clear()
        answer = await owner.ask_reset(name)
        answers.append((answer.status_code, answer.json()))
        costs.append([statement for statement in seen if "pg_notify" not in statement])
    assert answers == [answers[0]] * 6
    assert costs == [costs[0]] * 6
    await owner.reset_tokens()
    assert [said.recipient.email for said in await world.harness.said(PasswordResetIssued)] == ["jan@example.org"]


async def test_i10_three_mails_an_hour_and_no_word_about_the_others(owner: Owner) -> None:
    answers = [await owner.ask_reset() for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 6
    assert len(await owner.reset_tokens()) == 3
    await owner.world.later(timedelta(hours=1))
    await owner.ask_reset()
    assert len(await owner.reset_tokens()) == 4


async def test_i10_a_request_that_waited_too_long_is_answered_by_nothing(owner: Owner) -> None:
    await owner.ask_reset()
    await owner.world.later(timedelta(hours=2))
    assert await owner.reset_tokens() == []


async def test_i5_a_reset_link_is_stored_as_a_hash_and_said_sealed(owner: Owner) -> None:
    await owner.ask_reset()
    (token,) = await owner.reset_tokens()
    assert token not in await owner.world.everything()


async def test_i10_asking_waits_for_nothing_that_happens_at_the_account(owner: Owner) -> None:
    world = owner.world
    async with world.database.transaction() as uow:
        await accounts.lock(uow.session, owner.account_id)
        async with asyncio.timeout(3):
            assert (await owner.ask_reset()).status_code == 202
