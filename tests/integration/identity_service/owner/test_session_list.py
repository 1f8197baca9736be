"""Where somebody is signed in, and ending it (I13)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from identity_service.sessions.domain import UNKNOWN_DEVICE
from identity_service.sessions.service import SessionKind
from identity_service.sessions.sign_in import enter_code
from service_kit.ids import new_id

Owner = Any
World = Any
API = "/api/identity/v1"


async def listed(owner: Owner) -> list[dict[str, Any]]:
    answer = await owner.call("GET", "/sessions")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_i13_the_list_says_kind_device_and_address_and_which_is_this_one(owner: Owner) -> None:
    world = owner.world
    headers = {"User-Agent": "Firefox\t/ 140 " + "x" * 500, "X-Forwarded-For": "203.0.113.7"}
    challenge = (await world.begin()).json()["challenge_id"]
    await world.client.post(f"{API}/sign-in/{challenge}/code", json={"code": await world.last_code()}, headers=headers)
    challenge = (await world.begin()).json()["challenge_id"]
    await enter_code(world.deps, UUID(challenge), await world.last_code(), SessionKind.BROWSER, UNKNOWN_DEVICE)

    sessions = await listed(owner)

    assert sorted(session["kind"] for session in sessions) == ["browser", "tokens", "tokens"]
    assert [session["session_id"] for session in sessions if session["current"]] == [owner.session_id]
    (seen,) = [session for session in sessions if session["address"] == "203.0.113.7"]
    assert seen["user_agent"].startswith("Firefox / 140 xxx")
    assert len(seen["user_agent"]) == 200


async def test_i13_a_refresh_is_a_sign_of_life(owner: Owner) -> None:
    world = owner.world
    (before,) = await listed(owner)
    await world.later(timedelta(minutes=8))
    await world.client.post(f"{API}/tokens/refresh", json={"refresh_token": owner.refresh_token})
    (after,) = await listed(owner)
    assert after["created_at"] == before["created_at"]
    assert after["last_seen_at"] > before["last_seen_at"]


async def test_i13_one_session_is_ended_and_repeating_it_changes_nothing(owner: Owner) -> None:
    other = await owner.world.sign_in()
    for _ in range(2):
        assert (await owner.call("DELETE", f"/sessions/{other['session_id']}")).status_code == 204
    assert await owner.ended() == {other["session_id"]: "ended_by_owner"}
    assert (await owner.world.me(other["access_token"])).json()["code"] == "session_over"
    assert [session["session_id"] for session in await listed(owner)] == [owner.session_id]


async def test_i13_the_others_are_ended_and_this_one_lives(owner: Owner) -> None:
    others = {(await owner.world.sign_in())["session_id"] for _ in range(3)}
    answer = await owner.call("POST", "/sessions/end-others")
    assert answer.json() == {"ended": 3}
    assert (await owner.ended()).keys() == others
    assert (await owner.call("POST", "/sessions/end-others")).json() == {"ended": 0}


@pytest.mark.parametrize("whose", ["nobody", "another"])
async def test_i13_another_persons_session_is_unknown(owner: Owner, whose: str) -> None:
    world = owner.world
    await world.active(email="an@example.org", phone=None)
    theirs = (await world.begin("an@example.org")).json()["tokens"]
    target = theirs["session_id"] if whose == "another" else str(new_id())
    answer = await owner.call("DELETE", f"/sessions/{target}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await world.me(theirs["access_token"])).status_code == 200
