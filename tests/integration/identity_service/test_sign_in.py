"""Signing in: password, code, the same answers for unknown names, slowing down (I10)."""

import asyncio
import math
import time
from datetime import timedelta
from typing import Any

import pytest
from event_contracts.security import SignInCodeIssued
from identity_service.sessions.service import forget_old
from sqlalchemy import event

World = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"


@pytest.mark.parametrize("name", ["jan@example.org", " JAN@Example.org", "jan.peeters", "Jan.Peeters"])
async def test_i10_name_or_address_password_and_code_give_tokens(world: World, name: str) -> None:
    made = await world.active()
    asked = await world.begin(name)
    assert asked.status_code == 200
    assert asked.json()["tokens"] is None
    answer = await world.enter(asked.json()["challenge_id"], await world.last_code())

    assert answer.status_code == 200
    me = (await world.me(answer.json()["access_token"])).json()
    assert me == {
        "account_id": made["account_id"],
        "user_name": "jan.peeters",
        "given_name": "Jan",
        "family_name": "Peeters",
        "email": "jan@example.org",
        "phone": "+32470123456",
        "phone_verified": True,
        "language": "nl",
        "state": "active",
    }


async def test_i10_the_code_goes_sealed_to_the_accounts_phone_and_is_stored_hashed(world: World) -> None:
    await world.active()
    await world.begin()
    (said,) = await world.harness.said(SignInCodeIssued)
    code = await world.last_code()
    assert (said.phone, said.language) == ("+32470123456", "nl")
    assert len(code) == 6
    assert code not in [value for row in await world.rows("SELECT * FROM sign_in_challenge") for value in row.values()]
    assert code not in said.model_dump_json(exclude={"challenge_id", "account_id", "sealed_code", "expires_at"})


@pytest.mark.parametrize("name", ["jan@example.org", "jan.peeters", "nobody@example.org", "nobody", "<script>", "@"])
async def test_i10_wrong_passwords_and_unknown_names_answer_alike(world: World, name: str) -> None:
    await world.active()
    asked = await world.begin(name, "een heel ander wachtwoord")
    assert asked.status_code == 200
    assert set(asked.json()) == {"challenge_id", "expires_at", "tokens"}
    refused = await world.enter(asked.json()["challenge_id"], "123456")
    assert (refused.status_code, refused.json()["code"]) == (401, "code_refused")
    assert await world.harness.said(SignInCodeIssued) == []


async def test_i10_wrong_passwords_and_unknown_names_cost_the_same_statements(world: World) -> None:
    await world.active()
    seen: list[str] = []
    event.listen(
        world.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: seen.append(statement),
    )

    async def statements(name: str) -> list[str]:
        seen.clear()
        asked = await world.begin(name, "een heel ander wachtwoord")
        await world.enter(asked.json()["challenge_id"], "123456")
        # Notifications follow earlier commits and belong to no request.
        return [statement for statement in seen if "pg_notify" not in statement]

    assert await statements("jan@example.org") == await statements("nobody@example.org")


async def test_i10_somebody_who_is_only_invited_cannot_sign_in(world: World) -> None:
    await world.invited()
    asked = await world.begin("jan.peeters", "")
    assert asked.status_code == 422
    assert (await world.begin("jan.peeters")).json()["challenge_id"]
    assert await world.harness.said(SignInCodeIssued) == []


async def test_i10_without_a_phone_the_password_suffices(world: World) -> None:
    await world.active(phone=None)
    answer = (await world.begin()).json()
    assert answer["challenge_id"] is None
    assert (await world.me(answer["tokens"]["access_token"])).status_code == 200


async def test_i10_a_code_works_once_and_only_in_its_own_challenge(world: World) -> None:
    await world.active()
    first = (await world.begin()).json()["challenge_id"]
    code = await world.last_code()
    second = (await world.begin()).json()["challenge_id"]
    if code != await world.last_code():
        assert (await world.enter(second, code)).status_code == 401
    assert (await world.enter(first, code)).status_code == 200
    assert (await world.enter(first, code)).status_code == 401


async def test_i10_a_code_expires_after_ten_minutes(world: World) -> None:
    await world.active()
    challenge = (await world.begin()).json()["challenge_id"]
    await world.later(timedelta(minutes=10, seconds=1))
    assert (await world.enter(challenge, await world.last_code())).status_code == 401


async def test_i10_ten_wrong_codes_lock_the_challenge_and_the_name_for_a_time_and_delete_nothing(world: World) -> None:
    await world.active()
    challenge = (await world.begin()).json()["challenge_id"]
    code = await world.last_code()
    wrong = "000000" if code != "000000" else "000001"

    for _ in range(10):
        answer = await world.enter(challenge, wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "code_refused")
    blocked = await world.begin()
    assert (blocked.status_code, blocked.json()["code"]) == (429, "too_many_attempts")
    assert int(blocked.headers["Retry-After"]) >= 1

    assert (await world.enter(challenge, code)).status_code == 401
    await world.later(timedelta(minutes=5))
    assert (await world.sign_in())["access_token"]
    assert [row["state"] for row in await world.rows("SELECT state FROM account")] == ["active"]


@pytest.mark.parametrize(("wrong_codes", "status"), [(4, 200), (5, 401)])
async def test_i10_a_challenge_takes_five_codes(world: World, wrong_codes: int, status: int) -> None:
    await world.active()
    challenge = (await world.begin()).json()["challenge_id"]
    code = await world.last_code()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(wrong_codes):
        assert (await world.enter(challenge, wrong)).status_code == 401
    assert (await world.enter(challenge, code)).status_code == status


async def test_i10_who_waited_out_a_long_pause_can_enter_their_code(world: World) -> None:
    await world.active()
    for minutes in range(0, 160, 16):
        await world.later(timedelta(minutes=minutes))
        await world.begin(password="niet het juiste wachtwoord")
    await world.later(timedelta(minutes=176))
    assert (await world.sign_in())["access_token"]


@pytest.mark.parametrize("name", ["jan@example.org", "nobody@example.org"])
async def test_i10_many_guesses_slow_a_name_down_known_or_not(world: World, name: str) -> None:
    await world.active()
    statuses = [(await world.begin(name, f"gok nummer {n} van velen")).status_code for n in range(8)]
    assert statuses[:6] == [200] * 6
    assert set(statuses[6:]) == {429}
    await world.later(timedelta(minutes=16))
    assert (await world.begin(name)).status_code == 200


async def test_i10_guesses_at_the_same_moment_do_not_get_around_the_pause(world: World) -> None:
    await world.active()
    started = time.monotonic()
    answers = await asyncio.gather(*(world.begin(password=f"gok nummer {n} van velen") for n in range(20)))
    # Pauses of 1, 2, 4, ... seconds begin after the sixth; on a slow machine some of them end meanwhile.
    ended = int(math.log2(1 + time.monotonic() - started))
    assert sum(answer.status_code == 200 for answer in answers) <= 6 + ended


async def test_i10_signing_in_forgets_the_failures_before_it(world: World) -> None:
    await world.active()
    for _ in range(3):
        await world.begin(password="niet het juiste wachtwoord")
        await world.sign_in()
    assert [row["attempts"] for row in await world.rows("SELECT attempts FROM sign_in_guard")] == [0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user_name": "jan"}, "password"),
        ({"user_name": "", "password": PASSWORD}, "user_name"),
        ({"user_name": "jan", "password": PASSWORD, "remember": True}, "remember"),
        ({"user_name": "jan", "password": "x" * 1001}, "password"),
    ],
)
async def test_bad_input_names_its_field_and_never_repeats_it(world: World, body: dict[str, Any], field: str) -> None:
    answer = await world.client.post(f"{API}/sign-in", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert PASSWORD not in answer.text


async def test_old_attempts_are_deleted_and_fresh_ones_kept(world: World) -> None:
    await world.begin("nobody@example.org")
    await world.later(timedelta(days=3))
    await world.begin("somebody@example.org")
    async with world.database.transaction() as uow:
        await forget_old(uow)
    assert len(await world.rows("SELECT id FROM sign_in_challenge")) == 1
    assert len(await world.rows("SELECT key FROM sign_in_guard")) == 1


@pytest.mark.parametrize("name", ["jan\0peeters", "\0", "jan@example.org\0"])
async def test_i10_a_name_that_no_table_can_hold_is_unknown_like_any_other(world: World, name: str) -> None:
    await world.active()
    answer = await world.begin(name)
    assert (answer.status_code, set(answer.json())) == (200, {"challenge_id", "expires_at", "tokens"})
    assert answer.json()["tokens"] is None
