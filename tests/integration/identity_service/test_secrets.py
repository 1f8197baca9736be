"""Nothing secret is ever logged: links, passwords, codes, tokens, secrets of clients (I5)."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from service_kit.db import migrations
from service_kit.logging import configure_logging

World = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Everything written so far, with logging set up as in a real process and put back afterwards."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    configure_logging("identity", "debug")
    yield lambda: "".join(capsys.readouterr())
    structlog.configure(**config)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False


async def test_i5_no_secret_reaches_a_log(world: World, printed: Callable[[], str]) -> None:
    token = await world.invited()
    await world.client.get(f"/invitation/{token}")
    await world.client.get(f"/invitation/{token}?lang=nl")
    await world.client.get(f"{API}/invitations/{token}")
    await world.accept(token, "kort")
    await world.accept(token)
    challenge = (await world.begin()).json()["challenge_id"]
    code = await world.last_code()
    tokens = (await world.enter(challenge, code)).json()
    await world.client.post(f"{API}/tokens/refresh", json={"refresh_token": tokens["refresh_token"]})
    await world.me(tokens["access_token"])
    await world.later(timedelta(days=40))
    await world.client.post(f"/invitation/{token}/renewal")

    lines = printed()
    assert lines.count("http_request") >= 8
    for secret in (token, PASSWORD, tokens["refresh_token"], tokens["access_token"], f'"{code}"', "jan@example.org"):
        assert secret not in lines


async def test_the_migrated_tables_are_the_tables_of_the_classes(world: World) -> None:
    await migrations.check(world.owner_url, world.harness.service.migrations)
