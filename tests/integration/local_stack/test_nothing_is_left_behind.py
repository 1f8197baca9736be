"""However a stack ends, no process and no data of it remains."""

import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from local_stack.folders import read_state

STACK = """
import signal
import sys
from pathlib import Path
from local_stack.folders import claim
from local_stack.gateway import Gateway
from local_stack.ports import free_port
from local_stack.privileges import unprivileged_user
from local_stack.processes import Command, Supervisor
from local_stack.servers import find
from local_stack.servers.base import Context

# As at a terminal, whatever these tests were started from.
signal.signal(signal.SIGINT, signal.default_int_handler)
user = unprivileged_user()
folders = claim(Path(sys.argv[1]), user)
supervisor = Supervisor(folders)
context = Context(folders, supervisor, user, {})
try:
    for name in ("postgres", "rabbitmq"):
        find(name, context)
    ports = {name: free_port() for name in ("identity", "dossier", "notifier", "scheduler")}
    Gateway(find("nginx", context), free_port(), ports, folders, user).start(supervisor)
    # A process that leaves its session and its parent, as daemons do.
    supervisor.start(Command("daemon", ["sh", "-c", f"setsid sleep {sys.argv[2]} & exit"]))
    print(folders.data, flush=True)
    sys.stdin.read()
finally:
    supervisor.close()
"""


@dataclass
class RunningStack:
    process: subprocess.Popen[str]
    data: Path
    members: list[psutil.Process]

    def is_gone(self) -> bool:
        return not any(is_alive(process) for process in self.members) and not self.data.exists()


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def sleepers(seconds: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == ["sleep", seconds]]


@pytest.fixture
def running(tmp_path: Path, until: Callable[..., None]) -> Iterator[RunningStack]:
    # A number that no other process of this machine sleeps for, to know the daemon by.
    seconds = str(secrets.randbelow(10**8) + 10**6)
    with subprocess.Popen(
        [sys.executable, "-c", STACK, tmp_path / "home", seconds],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            data = Path(process.stdout.readline().strip())
            before = psutil.Process(process.pid).children(recursive=True)
            until(lambda: len(sleepers(seconds)) == 1)
            yield RunningStack(process, data, [*before, *sleepers(seconds)])
        finally:
            process.kill()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_no_process_remains(running: RunningStack, until: Callable[..., None], end: signal.Signals) -> None:
    names = {process.name() for process in running.members}
    assert {"postgres", "beam.smp", "epmd", "nginx", "sleep"} <= names

    running.process.send_signal(end)

    until(running.is_gone)


def test_the_folder_can_be_used_at_once_by_the_next_stack(
    running: RunningStack, until: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "home" / "stack.json").write_text("{}")
    assert read_state(tmp_path / "home") == {}

    running.process.kill()

    until(lambda: read_state(tmp_path / "home") is None)
    assert running.is_gone()
