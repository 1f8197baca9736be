"""What no rule looks at any more is deleted, what somebody may still need stays; no secret is left anywhere (I5)."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from identity_service.bootstrap import forget_old
from service_kit.logging import configure_logging

Owner = Any
API = "/api/identity/v1"
PASSWORD = "een korte zin die blijft"
NEW = "nog een zin, en wat langer"
TABLES = ("rate_counter", "contact_change", "password_reset", "reset_request", "sign_in_challenge")


async def counts(owner: Owner) -> dict[str, int]:
    return {name: len(await owner.world.rows(f"SELECT 1 FROM {name}")) for name in TABLES}


@pytest.mark.parametrize(("days", "left"), [(0, 1), (3, 0)])
async def test_old_counters_links_and_unproven_changes_are_deleted_and_fresh_ones_kept(
    owner: Owner, days: int, left: int
) -> None:
    await owner.begin("email", "jan@example.com")
    await owner.ask_reset()
    await owner.reset_tokens()
    await owner.ask_reset()
    await owner.world.begin()
    await owner.world.later(timedelta(days=days))
    await forget_old(owner.world.database)
    found = await counts(owner)
    assert [name for name in TABLES if (found[name] > 0) != bool(left)] == []


@pytest.mark.parametrize(("days", "left"), [(3, 1), (92, 0)])
async def test_a_proven_change_stays_for_three_months(owner: Owner, days: int, left: int) -> None:
    await owner.change("phone", "+32470999999")
    await owner.world.later(timedelta(days=days))
    await forget_old(owner.world.database)
    assert (await counts(owner))["contact_change"] == left


async def test_recovery_codes_are_kept_however_old(owner: Owner) -> None:
    await owner.call("POST", "/recovery-codes", {"password": PASSWORD})
    await owner.world.later(timedelta(days=400))
    await forget_old(owner.world.database)
    assert len(await owner.world.rows("SELECT 1 FROM recovery_code")) == 10


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


async def test_i5_no_link_code_or_password_of_the_owner_reaches_a_log_or_a_table(
    owner: Owner, printed: Callable[[], str]
) -> None:
    world = owner.world
    recovery = (await owner.call("POST", "/recovery-codes", {"password": PASSWORD})).json()["codes"]
    await owner.change("phone", "+32470999999")
    phone_code = await owner.contact_code()
    await owner.change("email", "jan@example.com")
    email_code = await owner.contact_code()
    await owner.ask_reset("jan@example.com")
    (token,) = await owner.reset_tokens()
    await world.client.get(f"{API}/password-resets/{token}")
    await owner.reset(token, "kort")
    await owner.reset(token, NEW)
    challenge = (await world.begin("jan@example.com", NEW)).json()["challenge_id"]
    await world.client.post(f"{API}/sign-in/{challenge}/recovery-code", json={"code": recovery[0]})
    await world.client.post(f"{API}/sign-in/{challenge}/recovery-code", json={"code": "x"})

    lines, tables = printed(), await world.everything()

    assert lines.count("http_request") >= 10
    long_ones = (token, PASSWORD, NEW, *recovery, *(code.replace("-", "") for code in recovery))
    for secret in (*long_ones, f'"{phone_code}"', f'"{email_code}"', "jan@example.com", "+32470999999"):
        assert secret not in lines
    assert not [secret for secret in (*long_ones, f",{phone_code},", f",{email_code},") if secret in tables]
