"""Which way is gone to a server, and what is said when none is open."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_stack.errors import StackError
from local_stack.folders import claim
from local_stack.processes import Supervisor
from local_stack.servers import WAYS, apt, docker, find, nginx, postgres, rabbitmq
from local_stack.servers.base import Context, NotOurs, Server, Way


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    folders = claim(tmp_path / "home", user=None)
    supervisor = Supervisor(folders)
    yield Context(folders, supervisor, user=None, environment={})
    supervisor.close()


def closed(_: Context) -> Server | None:
    return None


def leading_to(url: str) -> Way:
    return lambda _: Server("postgres", url, "a test", private=True)


def test_the_first_open_way_is_gone(context: Context) -> None:
    server = find("postgres", context, [closed, leading_to("second"), leading_to("third")])

    assert server.url == "second"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("postgres", ["POSTGRES_URL", "binaries", "Docker", "apt"]),
        ("rabbitmq", ["RABBITMQ_URL", "RABBITMQ_MANAGEMENT_URL", "binaries", "Docker", "apt"]),
        ("nginx", ["NGINX_BINARY", "binary", "Docker", "apt"]),
    ],
)
def test_without_an_open_way_the_error_names_them_all(context: Context, name: str, words: list[str]) -> None:
    with pytest.raises(StackError) as error:
        find(name, context, [closed])

    assert [word for word in words if word not in str(error.value)] == []


def test_the_environment_comes_before_everything_else(context: Context) -> None:
    given = Context(
        context.folders,
        context.supervisor,
        context.user,
        {
            "POSTGRES_URL": "postgresql://somewhere/postgres",
            "RABBITMQ_URL": "amqp://somewhere/",
            "RABBITMQ_MANAGEMENT_URL": "http://somewhere:15672",
            "NGINX_BINARY": "/bin/true",
        },
    )

    found = {name: find(name, given) for name in WAYS}

    assert found["postgres"].url == "postgresql://somewhere/postgres"
    assert found["rabbitmq"].management_url == "http://somewhere:15672"
    assert found["nginx"].program == ("/bin/true",)
    assert not any(server.private for server in found.values())


def test_a_broker_without_its_management_address_is_refused(context: Context) -> None:
    given = Context(context.folders, context.supervisor, None, {"RABBITMQ_URL": "amqp://somewhere/"})

    with pytest.raises(StackError, match="RABBITMQ_MANAGEMENT_URL is not"):
        rabbitmq.from_environment(given)


def test_an_nginx_that_is_no_program_is_refused(context: Context) -> None:
    given = Context(context.folders, context.supervisor, None, {"NGINX_BINARY": "/no/such/nginx"})

    with pytest.raises(StackError, match="/no/such/nginx"):
        nginx.from_environment(given)


def test_a_server_that_was_given_cannot_be_stopped_by_us() -> None:
    with pytest.raises(StackError, match="not ours to stop"):
        NotOurs().stop()


def test_the_newest_postgresql_is_a_folder_with_what_is_needed() -> None:
    folder = postgres.find_binaries()

    assert folder is None or all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def test_nothing_is_installed_where_there_is_no_apt(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert apt.installing("nginx-light", leading_to("never"))(context) is None


def test_no_container_is_started_where_there_is_no_docker(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    docker.engine_answers.cache_clear()

    assert docker.postgres_container(context) is None

    docker.engine_answers.cache_clear()
