"""Child processes that cannot outlive their stack: each runs in a session of its own and is known to the reaper."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local_stack.errors import StackError
from local_stack.folders import Folders
from local_stack.lineage import MARKER, family, signal_all
from local_stack.privileges import Unprivileged

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_INHERITED_PREFIXES = ("OTEL_", "COVERAGE_", "PYTHON")
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True)
class Command:
    """What to run. The environment is given whole: nothing of the caller's shell leaks in but the basics."""

    name: str
    argv: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: Unprivileged | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    abandon_signal: signal.Signals = signal.SIGKILL
    stop_timeout: float = 15.0


class Child:
    """A running command and its log."""

    def __init__(self, command: Command, process: subprocess.Popen[bytes], log: Path) -> None:
        self.command = command
        self.log = log
        self._process = process

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def tail(self, lines: int = 12) -> str:
        return tail(self.log, lines)

    def send(self, signal_: signal.Signals) -> None:
        self._process.send_signal(signal_)

    def wait(self, timeout: float | None = None) -> int:
        return self._process.wait(timeout)

    def stop(self) -> None:
        """Ask it to end, then end it and everything it started."""
        leader = {psutil.Process(self.pid)} if self.exit_code is None else set()
        relatives = family(leader)
        self.send(self.command.stop_signal)
        try:
            self.wait(self.command.stop_timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.wait()
        signal_all(relatives | family(leader))

    def abandon(self) -> None:
        """End it the quick way: its data is not needed any more."""
        self.send(self.command.abandon_signal)
        self.stop()


class Supervisor:
    """Starts children and, through the reaper, makes sure that none is left behind whatever happens to us."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._marker = secrets.token_hex(16)
        self._lock = threading.Lock()
        self._children: list[Child] = []
        self._given_up = False
        self._reaper = subprocess.Popen(
            [sys.executable, "-m", "local_stack.reaper"],
            stdin=subprocess.PIPE,
            start_new_session=True,
            # The reaper holds the folder's lock too: the folder is free again when it has swept, not before.
            pass_fds=(folders.lock,),
        )
        self._tell(marker=self._marker)
        self._tell(folder=str(folders.data))

    def start(self, command: Command) -> Child:
        log = self._folders.log / f"{command.name}.log"
        with log.open("ab") as output:
            if command.user is not None:
                os.fchown(output.fileno(), command.user.uid, command.user.gid)
            try:
                process = self._spawn(command, output.fileno())
            except OSError as error:
                raise StackError(f"{command.name} cannot be started: {error}") from error
        self._tell(pid=process.pid, signal=int(command.abandon_signal))
        child = Child(command, process, log)
        with self._lock:
            self._children.append(child)
        if self._given_up:
            child.abandon()
        return child

    @property
    def mark(self) -> dict[str, str]:
        """For the environment of a process that is not our child but must not outlive us either."""
        return {MARKER: self._marker}

    def adopt_container(self, name: str) -> None:
        """A container that must not outlive us; told before it is made."""
        self._tell(container=name)

    def give_up(self) -> None:
        """End everything at once, also what is still being started: whoever waits for it learns that it ended."""
        self._given_up = True
        with self._lock:
            children = list(self._children)
        for child in children:
            child.abandon()

    def close(self) -> None:
        """Let the reaper sweep and give the folder back; the children have been stopped before."""
        assert self._reaper.stdin is not None
        self._reaper.stdin.close()
        self._reaper.wait()
        os.close(self._folders.lock)

    def _spawn(self, command: Command, output: int) -> subprocess.Popen[bytes]:
        user = command.user
        return subprocess.Popen(
            [str(argument) for argument in command.argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**inherited_environment(), **command.environment, **self.mark},
            cwd=command.folder or self._folders.data,
            start_new_session=True,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )

    def _tell(self, **message: str | int) -> None:
        assert self._reaper.stdin is not None
        with self._lock:
            self._reaper.stdin.write(json.dumps(message).encode() + b"\n")
            self._reaper.stdin.flush()


def inherited_environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }


def tail(log: Path, lines: int) -> str:
    """The last lines of a log, whole even when it is long."""
    with contextlib.suppress(FileNotFoundError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    return ""


def wait_until_ready(child: Child, is_ready: Callable[[], bool], *, timeout: float) -> None:
    """Poll until it is ready; say why with the end of its log when it ends or takes too long."""
    deadline = time.monotonic() + timeout
    while not is_ready():
        code = child.exit_code
        if code is not None:
            raise StackError(f"{child.name} ended with code {code} while starting\n{child.tail()}")
        if time.monotonic() > deadline:
            raise StackError(f"{child.name} was not ready after {timeout:.0f} s\n{child.tail()}")
        time.sleep(0.05)
