"""Private servers for the tests of the stack itself, whatever the environment names."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_stack.folders import Folders, claim
from local_stack.privileges import unprivileged_user
from local_stack.processes import Supervisor
from local_stack.servers import Servers, open_servers
from local_stack.servers.base import Context

Until = Callable[..., None]


@pytest.fixture(scope="session")
def private_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and RabbitMQ that belong to these tests: they may be stopped and killed."""
    folders = claim(tmp_path_factory.mktemp("servers") / "home", unprivileged_user())
    with open_servers(folders, environment={}) as servers:
        yield servers


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return claim(tmp_path / "home", unprivileged_user())


@pytest.fixture
def context(folders: Folders) -> Iterator[Context]:
    """What a process or a server of a test is started with; everything in it ends with the test."""
    supervisor = Supervisor(folders)
    yield Context(folders, supervisor, unprivileged_user(), environment={})
    supervisor.give_up()
    supervisor.close()


@pytest.fixture
def until() -> Until:
    """Wait for a condition; the deadline is generous because test machines are busy."""

    def wait(condition: Callable[[], bool], *, within: float = 30.0) -> None:
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"not so after {within} s"
            time.sleep(0.05)

    return wait
