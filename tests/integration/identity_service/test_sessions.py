"""Tokens and sessions: what a token says, refresh families with reuse detection, signing out (I10, I11)."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from event_contracts.security import SessionEnded

World = Any
API = "/api/identity/v1"


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))  # type: ignore[return-value]


async def refresh(world: World, token: str) -> httpx.Response:
    return await world.client.post(f"{API}/tokens/refresh", json={"refresh_token": token})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def tokens(world: World) -> dict[str, Any]:
    await world.active()
    made: dict[str, Any] = await world.sign_in()
    return made


async def test_i11_a_token_says_who_and_nothing_about_what_they_may(world: World, tokens: dict[str, Any]) -> None:
    header, claims = decoded(tokens["access_token"])
    (account,) = await world.rows("SELECT id FROM account")
    assert set(claims) == {"iss", "aud", "sub", "kind", "iat", "nbf", "exp", "jti", "sid"}
    assert (claims["iss"], claims["aud"]) == (world.settings.token_issuer, "dossier-access")
    assert (claims["sub"], claims["sid"], claims["kind"]) == (str(account["id"]), tokens["session_id"], "user")
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 600
    assert set(header) == {"alg", "kid", "typ"}


async def test_i10_an_access_token_dies_after_ten_minutes(world: World, tokens: dict[str, Any]) -> None:
    await world.later(timedelta(minutes=9))
    assert (await world.me(tokens["access_token"])).status_code == 200
    await world.later(timedelta(minutes=11))
    answer = await world.me(tokens["access_token"])
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_i10_a_refresh_token_rotates(world: World, tokens: dict[str, Any]) -> None:
    newest = tokens
    for _ in range(3):
        answer = await refresh(world, newest["refresh_token"])
        assert answer.status_code == 200
        assert answer.json()["session_id"] == tokens["session_id"]
        assert answer.json()["refresh_token"] != newest["refresh_token"]
        newest = answer.json()
    assert (await world.me(newest["access_token"])).status_code == 200


async def test_i10_a_reused_refresh_token_ends_the_session(world: World, tokens: dict[str, Any]) -> None:
    newest = (await refresh(world, tokens["refresh_token"])).json()
    await world.later(timedelta(seconds=30))
    reused = await refresh(world, tokens["refresh_token"])
    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_token_refused")

    (ended,) = await world.harness.said(SessionEnded)
    assert (str(ended.session_id), ended.reason) == (tokens["session_id"], "refresh_token_reused")
    assert abs(ended.tokens_expire_at - world.clock.now() - timedelta(minutes=10)) < timedelta(seconds=20)
    assert (await refresh(world, newest["refresh_token"])).status_code == 401
    assert (await world.me(newest["access_token"])).json()["code"] == "session_over"
    await refresh(world, tokens["refresh_token"])
    assert len(await world.harness.said(SessionEnded)) == 1


async def test_i10_a_double_submit_gives_one_pair_and_kills_nothing(world: World, tokens: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(refresh(world, tokens["refresh_token"]) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    (pair,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert await world.harness.said(SessionEnded) == []
    assert (await refresh(world, pair["refresh_token"])).status_code == 200


async def test_i10_an_idle_refresh_token_expires(world: World, tokens: dict[str, Any]) -> None:
    await world.later(timedelta(days=30, minutes=1))
    assert (await refresh(world, tokens["refresh_token"])).status_code == 401
    assert await world.harness.said(SessionEnded) == []


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 200])
async def test_i10_an_unknown_refresh_token_is_refused(world: World, token: str) -> None:
    assert (await refresh(world, token)).status_code == 401


async def test_i10_signing_out_ends_this_session_once(world: World, tokens: dict[str, Any]) -> None:
    other = await world.sign_in()
    for _ in range(2):
        answer = await world.client.post(f"{API}/sign-out", headers=bearer(tokens["access_token"]))
        assert answer.status_code == 204
    (ended,) = await world.harness.said(SessionEnded)
    assert (str(ended.session_id), ended.reason) == (tokens["session_id"], "signed_out")
    assert (await refresh(world, tokens["refresh_token"])).status_code == 401
    assert (await world.me(other["access_token"])).status_code == 200


async def test_i10_signing_out_everywhere_ends_every_session_of_the_account_only(
    world: World, tokens: dict[str, Any]
) -> None:
    other = await world.sign_in()
    await world.active(email="an@example.org", phone=None)
    stranger = (await world.begin("an@example.org")).json()["tokens"]
    answer = await world.client.post(f"{API}/sign-out-everywhere", headers=bearer(other["access_token"]))
    assert answer.status_code == 204
    ended = await world.harness.said(SessionEnded)
    assert {str(said.session_id) for said in ended} == {tokens["session_id"], other["session_id"]}
    assert {said.reason for said in ended} == {"signed_out_everywhere"}
    assert (await world.me(stranger["access_token"])).status_code == 200


async def test_no_secret_of_a_session_is_stored_in_clear(world: World, tokens: dict[str, Any]) -> None:
    everything = await world.everything()
    assert tokens["refresh_token"] not in everything
    assert tokens["access_token"] not in everything


@pytest.mark.parametrize("path", ["/me", "/sign-out", "/sign-out-everywhere", "/user-names/jan"])
async def test_without_a_token_nothing_is_said(world: World, path: str) -> None:
    method = "POST" if path.startswith("/sign-out") else "GET"
    answer = await world.client.request(method, API + path)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
