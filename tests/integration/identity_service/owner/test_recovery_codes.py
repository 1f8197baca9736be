"""Recovery codes for a lost phone: ten, shown once, each good for one sign-in (I13)."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from event_contracts.security import SecurityNoticeKind

Owner = Any
World = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"


async def made(owner: Owner) -> list[str]:
    answer = await owner.call("POST", "/recovery-codes", {"password": PASSWORD})
    assert answer.status_code == 201, answer.text
    codes: list[str] = answer.json()["codes"]
    return codes


async def use(world: World, challenge_id: str, code: str) -> httpx.Response:
    answer: httpx.Response = await world.client.post(f"{API}/sign-in/{challenge_id}/recovery-code", json={"code": code})
    return answer


async def test_i13_ten_codes_are_shown_once_and_kept_as_hashes(owner: Owner) -> None:
    codes = await made(owner)
    assert len(set(codes)) == 10
    plain = [code.replace("-", "") for code in codes]
    assert {len(code) for code in plain} == {24}
    stored = {bytes(row["code_hash"]) for row in await owner.world.rows("SELECT code_hash FROM recovery_code")}
    assert stored == {hashlib.sha256(code.encode()).digest() for code in plain}
    everything = await owner.world.everything()
    assert not [code for code in codes + plain if code in everything]
    assert (await owner.call("GET", "/recovery-codes")).json() == {"left": 10}
    assert len(await owner.notices(SecurityNoticeKind.RECOVERY_CODES_MADE)) == 1


async def test_i13_a_code_signs_in_instead_of_the_sms_once_and_its_use_is_told(owner: Owner) -> None:
    world, code = owner.world, (await made(owner))[3]
    first = (await world.begin()).json()["challenge_id"]
    answer = await use(world, first, f" {code.lower().replace('-', ' ')} ")
    assert answer.status_code == 200
    assert (await world.me(answer.json()["access_token"])).status_code == 200
    assert len(await owner.notices(SecurityNoticeKind.RECOVERY_CODE_USED)) == 1
    second = (await world.begin()).json()["challenge_id"]
    again = await use(world, second, code)
    assert (again.status_code, again.json()["code"]) == (401, "code_refused")
    assert (await owner.call("GET", "/recovery-codes")).json() == {"left": 9}


async def test_i13_one_code_used_twice_at_the_same_moment_signs_in_once(owner: Owner) -> None:
    world, code = owner.world, (await made(owner))[0]
    challenges = [(await world.begin()).json()["challenge_id"] for _ in range(3)]
    answers = await asyncio.gather(*(use(world, challenge, code) for challenge in challenges))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_i13_without_the_password_a_code_opens_nothing(owner: Owner) -> None:
    world, code = owner.world, (await made(owner))[0]
    challenge = (await world.begin(password="niet het wachtwoord")).json()["challenge_id"]
    assert (await use(world, challenge, code)).status_code == 401
    assert (await owner.call("GET", "/recovery-codes")).json() == {"left": 10}


async def test_i13_new_codes_kill_the_older_ones(owner: Owner) -> None:
    old = (await made(owner))[0]
    await made(owner)
    challenge = (await owner.world.begin()).json()["challenge_id"]
    assert (await use(owner.world, challenge, old)).status_code == 401


async def test_i13_making_codes_needs_the_password(owner: Owner) -> None:
    answer = await owner.call("POST", "/recovery-codes", {"password": "niet het wachtwoord"})
    assert (answer.status_code, answer.json()["code"]) == (422, "password_wrong")


async def test_i13_another_persons_code_is_wrong(owner: Owner) -> None:
    world, code = owner.world, (await made(owner))[0]
    await world.active(email="an@example.org", phone="+32470555555")
    challenge = (await world.begin("an@example.org")).json()["challenge_id"]
    assert (await use(world, challenge, code)).status_code == 401


@pytest.mark.parametrize("code", ["123456", "", "x" * 61, "AAAA-BBBB", "!" * 24])
async def test_i13_what_is_no_recovery_code_is_refused_before_it_counts(owner: Owner, code: str) -> None:
    challenge = (await owner.world.begin()).json()["challenge_id"]
    assert (await use(owner.world, challenge, code)).status_code == 422
    assert [row["attempts"] for row in await owner.world.rows("SELECT attempts FROM sign_in_challenge")][-1] == 0
