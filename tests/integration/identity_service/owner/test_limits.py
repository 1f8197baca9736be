"""Slowing down whoever is not the owner, without losing whoever is (I10)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from event_contracts.security import SignInCodeIssued
from identity_service.bootstrap import SERVICE
from identity_service.limits.domain import AccountAct, Act, Limits
from service_kit.testing.http import open_client
from sqlalchemy import event

World = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"
WRONG = "niet het juiste wachtwoord"


def limited(world: World, **changes: int) -> World:
    """The same world with other limits, named as in the two enums."""
    limits: Limits = world.deps.limits
    by_name = {act.name: count for act, count in {**limits.per_address, **limits.per_account}.items()} | changes
    tightened = Limits({act: by_name[act.name] for act in Act}, {act: by_name[act.name] for act in AccountAct})
    return replace(world, harness=world.with_deps(limits=tightened))


@pytest.fixture
async def client_of() -> Any:
    """Opens an application with that world's limits, as seen from one address."""

    def make(world: World) -> Any:
        return open_client(SERVICE.routers, database=world.database, deps=world.deps, verifier=world.verifier)

    return make


async def sign_in_from(client: httpx.AsyncClient, address: str, name: str = "jan@example.org") -> httpx.Response:
    body = {"user_name": name, "password": WRONG}
    return await client.post(f"{API}/sign-in", json=body, headers={"X-Forwarded-For": address})


async def test_i10_one_client_address_is_refused_openly_and_the_others_go_on(world: World, client_of: Any) -> None:
    async with client_of(limited(world, SIGN_IN=3)) as client:
        for n in range(3):
            assert (await sign_in_from(client, "203.0.113.7", f"name{n}")).status_code == 200
        refused = await sign_in_from(client, "203.0.113.7", "name4")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["Retry-After"]) <= 3600
        assert (await sign_in_from(client, "203.0.113.8", "name4")).status_code == 200
        await world.later(timedelta(hours=1))
        assert (await sign_in_from(client, "203.0.113.7", "name5")).status_code == 200


async def test_i10_whoever_changes_addresses_inside_one_ipv6_network_stays_one_client(
    world: World, client_of: Any
) -> None:
    async with client_of(limited(world, SIGN_IN=3)) as client:
        statuses = [(await sign_in_from(client, f"2001:db8:1:2::{n}", f"name{n}")).status_code for n in range(1, 6)]
        assert statuses == [200, 200, 200, 429, 429]
        assert (await sign_in_from(client, "2001:db8:1:3::1", "name9")).status_code == 200


Post = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
ACTS: dict[str, tuple[str, Post]] = {
    "codes": (
        "CODE",
        lambda client: client.post(f"{API}/sign-in/00000000-0000-7000-8000-000000000000/code", json={"code": "123456"}),
    ),
    "recovery codes": (
        "CODE",
        lambda client: client.post(
            f"{API}/sign-in/00000000-0000-7000-8000-000000000000/recovery-code", json={"code": "A" * 24}
        ),
    ),
    "reset requests": (
        "RESET",
        lambda client: client.post(f"{API}/password-resets", json={"user_name": "jan@example.org"}),
    ),
    "reset links": ("RESET", lambda client: client.post(f"{API}/password-resets/x", json={"password": PASSWORD})),
    "acceptances": (
        "INVITATION",
        lambda client: client.post(f"{API}/invitations/x/acceptance", json={"password": PASSWORD}),
    ),
    "renewals": ("INVITATION", lambda client: client.post(f"{API}/invitations/x/renewal")),
    "declinations": ("INVITATION", lambda client: client.post(f"{API}/invitations/x/declination")),
}


@pytest.mark.parametrize("act", sorted(ACTS))
async def test_i10_every_door_a_stranger_may_knock_at_is_counted_per_address(
    world: World, client_of: Any, act: str
) -> None:
    limit, post = ACTS[act]
    async with client_of(limited(world, **{limit: 2})) as client:
        statuses = [(await post(client)).status_code for _ in range(4)]
    assert 429 not in statuses[:2]
    assert statuses[2:] == [429, 429]


async def test_three_wrong_codes_do_not_lose_the_user(world: World) -> None:
    await world.active()
    challenge = (await world.begin()).json()["challenge_id"]
    code = await world.last_code()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(3):
        assert (await world.enter(challenge, wrong)).status_code == 401
    assert (await world.enter(challenge, code)).status_code == 200
    assert [row["state"] for row in await world.rows("SELECT state FROM account")] == ["active"]


async def test_letter_case_does_not_make_a_second_account(world: World) -> None:
    await world.active()
    await world.told(world.offered(person=world.person(email="JAN@Example.ORG")))
    (account,) = await world.rows("SELECT email, state FROM account")
    assert (account["email"], account["state"]) == ("jan@example.org", "active")
    challenge = (await world.begin(" Jan@EXAMPLE.org")).json()["challenge_id"]
    assert (await world.enter(challenge, await world.last_code())).status_code == 200


async def test_i10_an_account_that_is_guessed_at_is_locked_silently_whatever_it_is_called(world: World) -> None:
    await world.active()
    for name in ("jan@example.org", "jan.peeters") * 2:
        await world.begin(name, WRONG)
    tight = limited(world, FAILURE=4)
    async with open_client(
        SERVICE.routers, database=world.database, deps=tight.deps, verifier=world.verifier
    ) as client:
        body = {"user_name": "jan@example.org", "password": PASSWORD}
        locked = await client.post(f"{API}/sign-in", json=body)
        unknown = await client.post(f"{API}/sign-in", json={**body, "user_name": "nobody@example.org"})
        assert (locked.status_code, set(locked.json())) == (unknown.status_code, set(unknown.json()))
        assert locked.json()["tokens"] is None
        assert await world.harness.said(SignInCodeIssued) == []
        await world.later(timedelta(hours=1))
        assert (await client.post(f"{API}/sign-in", json=body)).status_code == 200
    assert len(await world.harness.said(SignInCodeIssued)) == 1


async def test_i10_a_lock_refuses_the_right_code_too(world: World) -> None:
    await world.active()
    challenge = (await world.begin()).json()["challenge_id"]
    code = await world.last_code()
    for _ in range(3):
        await world.begin("jan.peeters", WRONG)
    async with open_client(
        SERVICE.routers, database=world.database, deps=limited(world, FAILURE=3).deps, verifier=world.verifier
    ) as client:
        answer = await client.post(f"{API}/sign-in/{challenge}/code", json={"code": code})
    assert (answer.status_code, answer.json()["code"]) == (401, "code_refused")


async def test_i10_signing_in_clears_the_failures_before_it(world: World) -> None:
    await world.active()
    for _ in range(3):
        await world.begin(password=WRONG)
    await world.sign_in()
    assert await world.rows("SELECT 1 FROM rate_counter WHERE what = 'account_failure'") == []


async def test_i10_so_many_sms_an_hour_and_no_word_about_the_others(world: World) -> None:
    await world.active()
    async with open_client(
        SERVICE.routers, database=world.database, deps=limited(world, CODE_SENT=2).deps, verifier=world.verifier
    ) as client:
        body = {"user_name": "jan@example.org", "password": PASSWORD}
        answers = [await client.post(f"{API}/sign-in", json=body) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(await world.harness.said(SignInCodeIssued)) == 2


async def test_i10_wrong_unknown_pending_and_locked_cost_the_same_statements(world: World) -> None:
    await world.active()
    await world.told(world.offered(person=world.person(email="an@example.org")))
    await world.active(email="piet@example.org", phone=None)
    for _ in range(4):
        await world.begin("piet@example.org", WRONG)
    seen: list[str] = []
    event.listen(
        world.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: seen.append(statement),
    )
    async with open_client(
        SERVICE.routers, database=world.database, deps=limited(world, FAILURE=4).deps, verifier=world.verifier
    ) as client:

        async def statements(name: str, password: str) -> list[str]:
            seen.clear()
            asked = await client.post(f"{API}/sign-in", json={"user_name": name, "password": password})
            await client.post(f"{API}/sign-in/{asked.json()['challenge_id']}/code", json={"code": "123456"})
            return [statement for statement in seen if "pg_notify" not in statement]

        wrong = await statements("jan@example.org", WRONG)
        assert wrong == await statements("nobody@example.org", WRONG)
        assert wrong == await statements("an@example.org", WRONG)
        assert wrong == await statements("piet@example.org", PASSWORD)
