"""A service's roles open its own database and nothing else; a stack's part of a shared server goes with the stack."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest
from local_stack.broker import Broker
from local_stack.databases import Databases, run
from local_stack.servers import Servers


async def execute(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def databases(private_servers: Servers) -> Iterator[Databases]:
    databases = Databases(private_servers.postgres_url, prefix="one_")
    yield databases
    for service in ("identity", "dossier"):
        databases.drop(service)


def test_the_owner_makes_tables_and_the_working_role_does_not(databases: Databases) -> None:
    access = databases.create("identity")
    run(execute(access.owner_url, "CREATE TABLE account (id int)"))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(execute(access.url, "CREATE TABLE other (id int)"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(execute(access.url, "SELECT * FROM account"))


def test_no_role_of_a_service_gets_into_the_database_of_another(databases: Databases) -> None:
    identity, dossier = databases.create("identity"), databases.create("dossier")
    foreign = urlunsplit(urlsplit(identity.url)._replace(path=urlsplit(dossier.url).path))

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        run(execute(foreign, "SELECT 1"))


def test_a_database_is_made_anew_with_other_passwords(databases: Databases) -> None:
    first = databases.create("identity")
    run(execute(first.owner_url, "CREATE TABLE account (id int)"))
    second = databases.create("identity")

    assert run(execute(second.owner_url, "SELECT to_regclass('account')")) is None
    with pytest.raises(asyncpg.InvalidPasswordError):
        run(execute(first.url, "SELECT 1"))


def test_a_dropped_database_leaves_no_role(databases: Databases, private_servers: Servers) -> None:
    databases.create("identity")
    databases.drop("identity")

    assert run(execute(private_servers.postgres_url, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'one_%'")) == 0


def test_two_stacks_on_one_broker_have_virtual_hosts_of_their_own_and_take_them_away(private_servers: Servers) -> None:
    first, second = (Broker(private_servers.rabbitmq, f"stack-{n}", f"stack-{n}-") for n in "ab")
    access = first.create()
    second.create()
    names = f"{private_servers.rabbitmq_management_url}/api/vhosts"
    assert {"stack-a", "stack-b"} <= {vhost["name"] for vhost in httpx.get(names).json()}
    assert urlsplit(access.url_of["dossier"]).path == "/stack-a"
    assert httpx.get(f"{access.management_url}/api/whoami").json()["name"] == "stack-a-migrate"

    first.drop()

    assert "stack-a" not in {vhost["name"] for vhost in httpx.get(names).json()}
    assert httpx.get(f"{access.management_url}/api/whoami").status_code == 401
    second.drop()
