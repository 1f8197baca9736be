"""The commands of the local stack."""

import os
import signal
import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

from local_stack import migrations
from local_stack.display import display_for
from local_stack.environment import SERVICES, load
from local_stack.errors import StackError
from local_stack.folders import claim_first_free, home_of, read_state
from local_stack.mail import commands as mail_commands
from local_stack.ports import is_free
from local_stack.privileges import unprivileged_user
from local_stack.processes import inherited_environment
from local_stack.servers import open_servers
from local_stack.stack import LocalStack, Options

DEFAULT_PORT = 8080
Offsets = Annotated[str | None, typer.Option(help="When reminders are due, for example PT30S,PT60S.")]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(mail_commands.app, name="mail")
app.add_typer(migrations.app, name="migrations")


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Of the gateway; 8080 or a free one if not given.")] = None,
    reminder_offsets: Offsets = None,
    name: Annotated[str | None, typer.Option(help="A folder of its own inside .local, beside another stack.")] = None,
) -> None:
    """Start everything and stay until stopped."""
    console = Console()
    if port is None and is_free(DEFAULT_PORT):
        port = DEFAULT_PORT
    elif port is not None and not is_free(port):
        raise StackError(f"port {port} is taken")
    display = display_for(console)
    try:
        with LocalStack(Options(name=name, port=port, reminder_offsets=reminder_offsets, display=display)) as stack:
            display.finish()
            print(f"\nThe stack is up: {stack.base_url}\n")
            print(f"  mails   .venv/bin/python -m local_stack mail   ({stack.mail_api_url})")
            print(f"  logs    {stack.log_folder}")
            print("  stop    Ctrl-C\n", flush=True)
            stack.wait()
    except KeyboardInterrupt:
        console.print("stopped")


@app.command()
def status() -> None:
    """Say where the stack of this clone runs."""
    state = read_state(home_of())
    if state is None:
        raise StackError("no stack runs from this clone; start one with make up")
    for name in ("base_url", "mail_api_url", "mail_folder", "log_folder", "pid"):
        print(f"{name:13} {state[name]}")


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(command: list[str]) -> None:
    """Run a command with PostgreSQL and RabbitMQ for it: POSTGRES_URL, RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL."""
    folders = claim_first_free(home_of("run"), unprivileged_user())
    with open_servers(folders) as servers:
        code = subprocess.run(command, env={**os.environ, **servers.environment}, check=False).returncode
    raise typer.Exit(code)


@app.command(name="exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def execute(service: str, arguments: list[str]) -> None:
    """Run an operator command of a service in the stack of this clone: exec dossier create-firm --help."""
    if service not in SERVICES:
        raise StackError(f"there is no service {service}; there are {', '.join(SERVICES)}")
    if read_state(home_of()) is None:
        raise StackError("no stack runs from this clone; start one with make up")
    environment = {**inherited_environment(), **load(home_of(), service)}
    command = [sys.executable, "-m", f"{service}_service", *arguments]
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


@app.command()
def demo(
    base_url: Annotated[str | None, typer.Option(help="A stack that is up; one is started if not given.")] = None,
    mail_url: Annotated[str | None, typer.Option(help="Its mails (Mailpit's API), if it is not this clone's.")] = None,
) -> None:
    """Play the main job through the gateway, as a stranger would."""
    # Only here: no other command needs what the demo imports.
    from local_stack.demo import main as play

    raise typer.Exit(play(base_url, mail_url))


def main() -> None:
    """Entry point: what a person can put right is one message, not a traceback."""
    # A shell starts background jobs of a script with SIGINT ignored; who asks us to stop means it all the same.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.default_int_handler)
    # Ignored by whoever started us, as nohup does: then that stands.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        app()
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
