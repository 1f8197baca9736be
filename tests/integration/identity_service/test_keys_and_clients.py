"""Signing keys and their rotation; client credentials and reserved names of other systems."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from identity_service.accounts.repository import redeem_reservation
from identity_service.clients.service import create_client
from identity_service.commands import COMMANDS
from identity_service.keys.service import rotate
from service_kit.errors import Conflict
from service_kit.ids import new_id
from sqlalchemy import text
from typer.testing import CliRunner

World = Any
API = "/api/identity/v1"
TOKENS = f"{API}/tokens/client-credentials"


async def kids(world: World) -> list[str]:
    answer = await world.client.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert all(set(key) <= {"kty", "crv", "x", "kid", "use", "alg", "exp"} for key in answer.json()["keys"])
    return [key["kid"] for key in answer.json()["keys"]]


async def rotated(world: World, *, force: bool = False) -> str:
    async with world.database.transaction() as uow:
        return await rotate(uow, world.deps.signer.ring, force=force)


def kid_of(token: str) -> str:
    header = token.split(".")[0]
    kid: str = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    return kid


async def test_the_next_key_is_published_before_it_signs(world: World) -> None:
    await world.active()
    before = await kids(world)
    assert len(before) == 2
    old = (await world.sign_in())["access_token"]
    await world.later(timedelta(minutes=6))
    signing = await rotated(world)

    new = (await world.sign_in())["access_token"]
    assert kid_of(new) == signing
    assert {kid_of(old), signing} == set(before)
    assert len(await kids(world)) == 3
    assert (await world.me(new)).status_code == 200
    assert (await world.me(old)).status_code == 200


async def test_a_retired_key_leaves_the_set_after_its_last_token(world: World) -> None:
    (current, _) = await kids(world)
    await rotated(world, force=True)
    await world.later(timedelta(minutes=16))
    assert current not in await kids(world)
    assert len(await kids(world)) == 2


async def test_rotation_waits_until_verifiers_know_the_next_key(world: World) -> None:
    await kids(world)
    with pytest.raises(Conflict):
        await rotated(world)


async def test_rotating_at_once_in_two_processes_keeps_one_key_of_each_state(world: World) -> None:
    await kids(world)
    await asyncio.gather(*(rotated(world, force=True) for _ in range(4)))
    rows = await world.rows("SELECT state, count(*) FROM signing_key GROUP BY state ORDER BY state")
    assert {row["state"]: row["count"] for row in rows} == {"current": 1, "next": 1, "retired": 4}


async def test_the_first_keys_are_made_once_however_many_ask(world: World) -> None:
    answers = await asyncio.gather(*(kids(world) for _ in range(5)))
    assert len({tuple(answer) for answer in answers}) == 1


async def test_private_keys_are_encrypted_at_rest_and_erased_when_retired(world: World) -> None:
    await kids(world)
    await rotated(world, force=True)
    assert "PRIVATE KEY" not in await world.everything()
    rows = await world.rows("SELECT state, private_box FROM signing_key")
    assert all((row["private_box"] is None) == (row["state"] == "retired") for row in rows)
    assert all(row["private_box"].startswith("k1:") for row in rows if row["private_box"])


async def test_a_system_gets_a_token_of_its_own_kind_by_json_or_form(world: World) -> None:
    async with world.database.transaction() as uow:
        client_id, secret = await create_client(uow, world.deps.randomness, "Boekhoudpakket")
    body = {"client_id": client_id, "client_secret": secret}
    for answer in (
        await world.client.post(TOKENS, json=body),
        await world.client.post(TOKENS, data={"grant_type": "client_credentials", **body}),
    ):
        assert answer.status_code == 200
        claims = await world.verifier.verify(answer.json()["access_token"])
        assert (claims.kind, claims.subject, claims.session_id) == ("system", client_id, None)
        assert (await world.me(answer.json()["access_token"])).status_code == 403
    assert secret not in await world.everything()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "client_refused"),
        ({"client_id": "unknown"}, 401, "client_refused"),
        ({"grant_type": "password"}, 422, "request_invalid"),
        ({"scope": "everything"}, 422, "request_invalid"),
        ({"client_id": ""}, 422, "request_invalid"),
    ],
)
async def test_wrong_client_credentials_are_refused_alike(
    world: World, changes: dict[str, str], status: int, code: str
) -> None:
    async with world.database.transaction() as uow:
        client_id, secret = await create_client(uow, world.deps.randomness, "Boekhoudpakket")
    answer = await world.client.post(TOKENS, json={"client_id": client_id, "client_secret": secret, **changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert secret not in answer.text


async def test_a_disabled_client_gets_no_token(world: World) -> None:
    async with world.database.transaction() as uow:
        client_id, secret = await create_client(uow, world.deps.randomness, "Boekhoudpakket")
    async with world.database.transaction() as uow:
        await uow.session.execute(text("UPDATE api_client SET disabled_at = now()"))
    answer = await world.client.post(TOKENS, json={"client_id": client_id, "client_secret": secret})
    assert answer.status_code == 401


@pytest.fixture
async def system(world: World) -> dict[str, str]:
    async with world.database.transaction() as uow:
        client_id, secret = await create_client(uow, world.deps.randomness, "Boekhoudpakket")
    answer = await world.client.post(TOKENS, json={"client_id": client_id, "client_secret": secret})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_i3_a_reserved_name_waits_for_its_address(world: World, system: dict[str, str]) -> None:
    path, body = f"{API}/user-names/8005551216/reservation", {"email": " Jan@Example.org"}
    for answer in await asyncio.gather(*(world.client.put(path, json=body, headers=system) for _ in range(4))):
        assert (answer.status_code, answer.json()) == (200, {"user_name": "8005551216"})
    other = await world.client.put(path, json={"email": "an@example.org"}, headers=system)
    assert other.json() == {"user_name": "80055512162"}

    state = await world.client.get(f"{API}/user-names/8OO555l216", headers=system)
    assert state.json() == {"user_name": "8oo555l216", "available": False, "next_free": "8oo555l2163"}
    await world.told(world.offered())
    assert (await world.issued())[0].user_name == "8005551216"


async def test_i1_i3_a_reservation_says_nothing_about_the_address(world: World, system: dict[str, str]) -> None:
    await world.active()
    answer = await world.client.put(
        f"{API}/user-names/jan.nieuw/reservation", json={"email": "jan@example.org"}, headers=system
    )
    assert (answer.status_code, answer.json()) == (200, {"user_name": "jan.nieuw"})
    assert [row["user_name"] for row in await world.rows("SELECT user_name FROM account")] == ["jan.peeters"]


async def test_i3_people_who_are_nobodys_staff_may_not_reserve_names(world: World) -> None:
    await world.active()
    token = (await world.sign_in())["access_token"]
    answer = await world.client.put(
        f"{API}/user-names/jan.nieuw/reservation",
        json={"email": "jan@example.org"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "staff_only")


async def test_the_operator_makes_clients_and_rotates_keys(world: World) -> None:
    settings = world.settings
    environment = {
        "IDENTITY_DATABASE_URL": settings.database_url.get_secret_value(),
        "IDENTITY_RABBIT_URL": settings.rabbit_url.get_secret_value(),
        "IDENTITY_PUBLIC_BASE_URL": settings.public_base_url,
        "IDENTITY_TOKEN_ISSUER": settings.token_issuer,
        "IDENTITY_SEALING_KEYS": settings.sealing_keys.get_secret_value(),
        "IDENTITY_KEY_ENCRYPTION_KEYS": settings.key_encryption_keys.get_secret_value(),
    }
    runner = CliRunner(env=environment)
    made = await asyncio.to_thread(runner.invoke, COMMANDS, ["create-client", "--name", "Boekhoudpakket"])
    answer = await world.client.post(TOKENS, json=json.loads(made.stdout))
    assert answer.status_code == 200

    young = await asyncio.to_thread(runner.invoke, COMMANDS, ["rotate-keys"])
    assert (young.exit_code, young.stdout) == (1, "")
    forced = await asyncio.to_thread(runner.invoke, COMMANDS, ["rotate-keys", "--force"])
    again = await world.client.post(TOKENS, json=json.loads(made.stdout))
    assert kid_of(again.json()["access_token"]) == json.loads(forced.stdout)["signing_key"]


async def test_i3_a_reserved_name_is_redeemed_once_however_many_ask_at_the_same_moment(
    world: World, system: dict[str, str]
) -> None:
    path = f"{API}/user-names/8005551216/reservation"
    await world.client.put(path, json={"email": "jan@example.org"}, headers=system)
    first, second = new_id(), new_id()

    async with world.database.transaction() as uow:
        assert await redeem_reservation(uow.session, "jan@example.org", first) == "8005551216"
        waiting = asyncio.create_task(redeemed(world, second))
        await world.until_somebody_waits()

    assert await waiting is None
    assert await world.rows("SELECT account_id FROM taken_name") == [{"account_id": first}]


async def redeemed(world: World, account_id: UUID) -> str | None:
    async with world.database.transaction() as uow:
        return await redeem_reservation(uow.session, "jan@example.org", account_id)


@pytest.mark.parametrize("client_id", ["a\0b", "ü"])
async def test_a_client_id_of_other_characters_is_named_and_refused(world: World, client_id: str) -> None:
    answer = await world.client.post(TOKENS, json={"client_id": client_id, "client_secret": "s"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "client_id")
