"""Private PostgreSQL and RabbitMQ: durable, on the loopback address, by their own names, and they survive a restart."""

import os
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil
import pytest
from local_stack.databases import run
from local_stack.folders import Folders
from local_stack.servers import Servers, open_servers
from local_stack.servers.base import Context
from local_stack.servers.postgres import from_machine as another_postgres


async def ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def listeners(pid: int) -> set[str]:
    process = psutil.Process(pid)
    return {
        connection.laddr.ip if connection.laddr else ""
        for member in (process, *process.children(recursive=True))
        for connection in member.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }


def test_a_private_postgresql_is_as_durable_as_one_in_production(private_servers: Servers) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert run(ask(private_servers.postgres_url, f"SHOW {setting}")) == "on"


def test_a_private_server_listens_on_the_loopback_address_only(private_servers: Servers) -> None:
    ports = {
        urlsplit(url).port
        for url in (
            private_servers.postgres_url,
            private_servers.rabbitmq_url,
            private_servers.rabbitmq_management_url,
        )
    }
    owners = {
        connection.pid
        for connection in psutil.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port in ports
    }

    for pid in owners:
        assert pid is not None
        assert listeners(pid) <= {"127.0.0.1", "::1"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to drop to")
def test_servers_do_not_run_as_root(private_servers: Servers) -> None:
    port = urlsplit(private_servers.postgres_url).port
    owners = {
        psutil.Process(connection.pid).username()
        for connection in psutil.net_connections(kind="tcp")
        if connection.laddr and connection.laddr.port == port and connection.pid
    } - {psutil.Process().username()}

    assert owners == {"postgres"}


def test_a_private_rabbitmq_answers_over_both_its_addresses(private_servers: Servers) -> None:
    overview = httpx.get(f"{private_servers.rabbitmq_management_url}/api/overview").raise_for_status().json()

    assert overview["node"].startswith("stack-")
    assert urlsplit(private_servers.rabbitmq_url).port in {listener["port"] for listener in overview["listeners"]}


def test_every_stable_feature_of_the_broker_is_on(private_servers: Servers) -> None:
    flags = httpx.get(f"{private_servers.rabbitmq_management_url}/api/feature-flags").raise_for_status().json()

    assert "stream_queue" in {flag["name"] for flag in flags}
    assert [flag["name"] for flag in flags if flag["stability"] == "stable" and flag["state"] != "enabled"] == []


def test_the_default_user_of_a_broker_is_not_let_in(private_servers: Servers) -> None:
    port = urlsplit(private_servers.rabbitmq_management_url).port

    assert httpx.get(f"http://127.0.0.1:{port}/api/overview", auth=("guest", "guest")).status_code == 401


def test_two_postgresqls_run_side_by_side(private_servers: Servers, context: Context) -> None:
    other = another_postgres(context)

    assert other is not None
    assert run(ask(other.url, "SHOW data_directory")) != run(ask(private_servers.postgres_url, "SHOW data_directory"))
    other.control.abandon()


def test_what_postgresql_committed_is_there_after_a_stop_and_after_a_crash(private_servers: Servers) -> None:
    url, control = private_servers.postgres_url, private_servers.postgres.control
    run(ask(url, "CREATE TABLE kept AS SELECT 1 AS number"))

    control.stop()
    control.start()
    run(ask(url, "INSERT INTO kept VALUES (2)"))
    control.kill()
    control.start()

    assert run(ask(url, "SELECT sum(number) FROM kept")) == 3


def test_queues_are_there_after_a_crash_of_the_broker(private_servers: Servers) -> None:
    url = private_servers.rabbitmq_management_url
    arguments = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
    httpx.put(f"{url}/api/queues/%2F/kept", json=arguments).raise_for_status()

    private_servers.rabbitmq.control.kill()
    private_servers.rabbitmq.control.start()

    assert httpx.get(f"{url}/api/queues/%2F/kept").is_success


def test_servers_that_are_given_are_used_as_they_are(private_servers: Servers, folders: Folders) -> None:
    given = {name: value for name, value in private_servers.environment.items() if name.endswith("URL")}

    with open_servers(folders, given) as servers:
        assert servers.postgres_url == private_servers.postgres_url
        assert not servers.rabbitmq.private

    assert run(ask(private_servers.postgres_url, "SELECT 1")) == 1
