"""The whole stack: everything answers through one address, processes come and go by name, and it leaves no trace."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from local_stack.databases import run
from local_stack.errors import StackError
from local_stack.folders import CLONE, home_of, identity_of, read_state
from local_stack.ports import free_port
from local_stack.probes import answers
from local_stack.servers import Servers
from local_stack.stack import LocalStack, Options


def given(servers: Servers) -> dict[str, str]:
    return {name: value for name, value in servers.environment.items() if name.endswith("URL")}


async def ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def stack(private_servers: Servers) -> Iterator[LocalStack]:
    """On servers that are given: faster to start, and what it leaves in them can be looked at."""
    with LocalStack(Options(name="stack-test", environment=given(private_servers))) as stack:
        yield stack


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/dossier/v1/my/dossiers", 401),
        ("/api/identity/v1/me", 401),
        ("/.well-known/jwks.json", 200),
        ("/sign-in", 200),
        ("/invitation/unknown", 404),
    ],
)
def test_services_answer_through_the_gateway(stack: LocalStack, path: str, status: int) -> None:
    assert httpx.get(f"{stack.base_url}{path}").status_code == status


def test_the_stack_tells_others_where_it_runs(stack: LocalStack) -> None:
    state = read_state(stack.parts.folders.home)

    assert state is not None
    assert state["base_url"] == stack.base_url
    assert state["owner_urls"]["dossier"] == stack.owner_url("dossier")
    assert state["processes"]["identity-worker"] == stack.pid("identity-worker")


def test_a_killed_process_can_be_started_again(stack: LocalStack) -> None:
    stack.kill("scheduler-api")
    assert not answers(f"{stack.url_of('scheduler-api')}/readyz")

    stack.start("scheduler-api")

    assert answers(f"{stack.url_of('scheduler-api')}/readyz")


def test_a_restarted_process_is_another_one(stack: LocalStack) -> None:
    before = stack.pid("scheduler-worker")

    stack.restart("scheduler-worker")

    assert stack.pid("scheduler-worker") != before


def test_a_second_worker_of_a_service_gets_ready_beside_the_first(stack: LocalStack) -> None:
    name = stack.add_worker("scheduler")

    assert name == "scheduler-worker-2"
    assert answers(f"{stack.url_of(name)}/readyz")
    assert answers(f"{stack.url_of('scheduler-worker')}/readyz")
    stack.stop(name)


def test_a_name_that_no_process_has_is_refused_with_those_there_are(stack: LocalStack) -> None:
    with pytest.raises(StackError, match="there are identity-api, identity-worker"):
        stack.restart("identity")


def test_a_process_that_dies_ends_the_waiting_with_its_name_and_its_last_words(
    stack: LocalStack, until: Callable[..., None]
) -> None:
    stack.kill("notifier-api", signal.SIGTERM)
    until(lambda: stack.dead() is not None)

    with pytest.raises(StackError, match=r"notifier-api ended with code 0[\s\S]*stopped"):
        stack.wait()

    stack.stop("notifier-api")
    stack.start("notifier-api")


def test_a_service_that_refuses_its_settings_stops_the_start_and_says_which(private_servers: Servers) -> None:
    options = Options(
        name="stack-broken",
        environment=given(private_servers),
        overrides={"notifier": {"MAIL_FROM": "no address"}},
    )

    refusal = r"notifier-migrate ended with code 2[\s\S]*NOTIFIER_MAIL_FROM"
    with pytest.raises(StackError, match=refusal), LocalStack(options):
        pass

    databases = run(ask(private_servers.postgres_url, "SELECT array_agg(datname::text) FROM pg_database"))
    vhosts = httpx.get(f"{private_servers.rabbitmq_management_url}/api/vhosts").json()
    names = [*databases, *(vhost["name"] for vhost in vhosts)]
    assert [name for name in names if identity_of(home_of(options.name)) in name] == []


def test_up_stays_until_it_is_interrupted_and_then_nothing_answers(private_servers: Servers) -> None:
    port = free_port()
    command = [sys.executable, "-m", "local_stack", "up", "--port", str(port), "--name", "up-test"]
    environment = private_servers.environment | {"PATH": "/usr/sbin:/usr/bin:/bin"}
    with subprocess.Popen(command, cwd=CLONE, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            shown: list[str] = []
            while not shown or "The stack is up" not in shown[-1]:
                shown.append(process.stdout.readline())
                assert shown[-1], "".join(shown)
            assert answers(f"http://127.0.0.1:{port}/healthz")

            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=60)[0]
        finally:
            process.kill()

    assert process.returncode == 0
    assert rest.splitlines()[-1] == "stopped"
    assert not answers(f"http://127.0.0.1:{port}/healthz")
