"""Checks and writes the services' migrations, each on an empty database that is gone afterwards."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer

from local_stack.databases import Databases
from local_stack.environment import SERVICES
from local_stack.errors import StackError
from local_stack.folders import claim_first_free, home_of
from local_stack.parallel import together
from local_stack.privileges import unprivileged_user
from local_stack.processes import Supervisor
from local_stack.servers import find
from local_stack.servers.base import Context

app = typer.Typer(help="Check the services' migrations, or write one.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Every service: one head, and an empty database that is migrated has exactly the tables of the classes."""
    with _databases() as databases:
        together({name: partial(_run, databases, name, "check-migrations") for name in SERVICES}, lambda: None)
    print("migrations are up to date: " + ", ".join(SERVICES))


@app.command()
def new(service: Annotated[str, typer.Argument(help="For example identity")], message: str) -> None:
    """Write a migration for what the service's tables have more than its migrations make."""
    if service not in SERVICES:
        raise StackError(f"there is no service {service}; there are {', '.join(SERVICES)}")
    with _databases() as databases:
        _run(databases, service, "new-migration", message)


@contextmanager
def _databases() -> Iterator[Databases]:
    """Databases under names that no other check has; their server is private unless one is given."""
    folders = claim_first_free(home_of("migrations"), unprivileged_user())
    supervisor = Supervisor(folders)
    try:
        server = find("postgres", Context(folders, supervisor, unprivileged_user(), os.environ))
        try:
            yield Databases(server.url, f"check_{secrets.token_hex(4)}_")
        finally:
            server.control.abandon()
    finally:
        supervisor.close()


def _run(databases: Databases, service: str, *command: str) -> None:
    access = databases.create(service)
    try:
        name, *arguments = command
        result = subprocess.run(
            [sys.executable, "-m", f"{service}_service", name, access.owner_url, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise StackError(f"{service}: {name} failed\n" + "\n".join(result.stderr.splitlines()[-20:]))
    finally:
        databases.drop(service)
