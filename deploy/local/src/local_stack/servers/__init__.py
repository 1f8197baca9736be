"""Finds PostgreSQL, RabbitMQ and nginx, each in the first of four ways that is open on this machine."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from local_stack.errors import StackError
from local_stack.folders import Folders
from local_stack.parallel import together
from local_stack.privileges import unprivileged_user
from local_stack.processes import Supervisor
from local_stack.servers import apt, docker, nginx, postgres, rabbitmq
from local_stack.servers.base import Context, Server, Way

__all__ = ["Server", "Servers", "find", "open_servers"]

WAYS: Mapping[str, Sequence[Way]] = {
    "postgres": (
        postgres.from_environment,
        postgres.from_machine,
        docker.postgres_container,
        apt.install_postgres,
    ),
    "rabbitmq": (
        rabbitmq.from_environment,
        rabbitmq.from_machine,
        docker.rabbitmq_container,
        apt.install_rabbitmq,
    ),
    "nginx": (nginx.from_environment, nginx.from_machine, docker.nginx_container, apt.install_nginx),
}
_NOT_FOUND = {
    "postgres": """\
PostgreSQL was not found. One of these four ways is needed:
  1. POSTGRES_URL in the environment, for example postgresql://postgres:secret@127.0.0.1:5432/postgres (a superuser)
  2. its binaries on this machine (initdb and postgres, in PATH or /usr/lib/postgresql/*/bin)
  3. a running Docker Engine that this user may use (`docker info` answers)
  4. Debian's package, installed by apt: needs root or sudo without a password""",
    "rabbitmq": """\
RabbitMQ was not found. One of these four ways is needed:
  1. RABBITMQ_URL and RABBITMQ_MANAGEMENT_URL in the environment (an administrator's, with the management plugin)
  2. its binaries on this machine (rabbitmq-server with Erlang)
  3. a running Docker Engine that this user may use (`docker info` answers)
  4. Debian's package, installed by apt: needs root or sudo without a password""",
    "nginx": """\
nginx was not found. One of these four ways is needed:
  1. NGINX_BINARY in the environment
  2. its binary on this machine (nginx, in PATH or /usr/sbin)
  3. a running Docker Engine that this user may use (`docker info` answers)
  4. Debian's package, installed by apt: needs root or sudo without a password""",
}


@dataclass(frozen=True)
class Servers:
    """The servers of one stack or one test run."""

    postgres: Server
    rabbitmq: Server
    mark: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """For a command that uses the servers; it ends with us."""
        return {
            **self.mark,
            "POSTGRES_URL": self.postgres_url,
            "RABBITMQ_URL": self.rabbitmq_url,
            "RABBITMQ_MANAGEMENT_URL": self.rabbitmq_management_url,
        }

    @property
    def postgres_url(self) -> str:
        return self.postgres.url

    @property
    def rabbitmq_url(self) -> str:
        return self.rabbitmq.url

    @property
    def rabbitmq_management_url(self) -> str:
        return self.rabbitmq.management_url


def find(name: str, context: Context, ways: Sequence[Way] | None = None) -> Server:
    """Go the first way that is open. A way that is open and fails is an error: the next one would hide it."""
    for way in WAYS[name] if ways is None else ways:
        server = way(context)
        if server is not None:
            return server
    raise StackError(_NOT_FOUND[name])


@contextmanager
def open_servers(folders: Folders, environment: Mapping[str, str] | None = None) -> Iterator[Servers]:
    """PostgreSQL and RabbitMQ for as long as the block lasts."""
    supervisor = Supervisor(folders)
    context = Context(folders, supervisor, unprivileged_user(), os.environ if environment is None else environment)
    try:
        finders = {name: partial(find, name, context) for name in ("postgres", "rabbitmq")}
        started = together(finders, give_up=supervisor.give_up)
        try:
            yield Servers(started["postgres"], started["rabbitmq"], supervisor.mark)
        finally:
            for server in started.values():
                server.control.abandon()
    finally:
        supervisor.close()
