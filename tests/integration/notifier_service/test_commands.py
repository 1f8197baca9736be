"""What operators and mail servers do from the command line: hold, release, hand in a bounce (M5, M6)."""

import asyncio
import json
from typing import Any

import pytest
from click.testing import Result
from notifier_service.bootstrap import SERVICE
from service_kit.runtime.cli import build_cli
from typer.testing import CliRunner

World = Any
REPORT = (
    "To: {to}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
    "Final-Recipient: rfc822; lea@example.com\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
)


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    secrets = {"database_url": world.settings.database_url, "sealing_keys": world.settings.sealing_keys}
    plain = ("rabbit_url", "public_base_url", "token_issuer", "smtp_host", "mail_from", "mail_bounces")
    values = {name: secret.get_secret_value() for name, secret in secrets.items()}
    for name in plain:
        value = getattr(world.settings, name)
        values[name] = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
    return {f"NOTIFIER_{name.upper()}": value for name, value in {**values, "smtp_tls": "none"}.items()}


async def run(environment: dict[str, str], *arguments: str, stdin: str = "") -> Result:
    """The command in a thread, because it opens a loop of its own."""
    runner = CliRunner(env=environment)
    return await asyncio.to_thread(runner.invoke, build_cli(SERVICE), arguments, input=stdin)


async def test_m6_an_operator_holds_all_mail_and_releases_it(world: World, environment: dict[str, str]) -> None:
    held = await run(environment, "hold", "--reason", "a wrong import", "--by", "anne")
    async with world.working():
        await world.told(world.invitation())
        released = await run(environment, "release", "--by", "bert")
        await world.settled({"sent": 1})

    assert held.exit_code == released.exit_code == 0, held.output + released.output
    assert json.loads(held.stdout)["reason"] == "a wrong import"
    (journal,) = await world.rows("SELECT held_by, released_by FROM mail_hold")
    assert (journal["held_by"], journal["released_by"]) == ("anne", "bert")


async def test_m6_a_hold_without_a_reason_is_refused_in_one_line(world: World, environment: dict[str, str]) -> None:
    refused = await run(environment, "hold", "--reason", " ")

    assert (refused.exit_code, "Say why" in refused.stderr) == (2, True)


async def test_m5_a_mail_server_pipes_a_report_in(world: World, environment: dict[str, str]) -> None:
    async with world.working():
        await world.told(world.invitation())
        await world.settled({"sent": 1})
    (path,) = world.smtp.return_paths

    piped = await run(environment, "bounce", stdin=REPORT.format(to=path))
    told = await run(environment, "bounce", "--recipient", path, stdin=REPORT.format(to="x@y.be"))
    reply = await run(environment, "bounce", stdin="Subject: hello\n\nhi\n")

    outcomes = [json.loads(result.stdout)["outcome"] for result in (piped, told, reply)]
    assert outcomes == ["bounced", "already_bounced", "not_a_report"]
    assert await world.states() == {"failed": 1}


async def test_m5_with_the_database_away_the_mail_server_is_asked_to_come_again(
    world: World, environment: dict[str, str]
) -> None:
    path = world.harness.deps.return_paths.of(world.invitation().invitation_id)
    away = {**environment, "NOTIFIER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}

    result = await run(away, "bounce", stdin=REPORT.format(to=path))

    assert (result.exit_code, result.stdout) == (75, "")
