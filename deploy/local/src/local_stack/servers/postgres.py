"""PostgreSQL from its binaries: a private instance with its own data, durable as in production."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from local_stack.errors import StackError
from local_stack.folders import write_private
from local_stack.ports import LOOPBACK, free_port
from local_stack.processes import Child, Command, inherited_environment, tail, wait_until_ready
from local_stack.servers.base import Context, Server

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)
_OLDEST = 13
_READY_TIMEOUT = 60.0
# fsync and synchronous_commit stay on: what is measured here should mean something elsewhere.
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}


def from_environment(context: Context) -> Server | None:
    url = context.environment.get("POSTGRES_URL")
    return Server("postgres", url, "given as POSTGRES_URL", private=False) if url else None


def from_machine(context: Context) -> Server | None:
    binaries = find_binaries()
    if binaries is None:
        return None
    instance = _PrivateInstance(context, binaries, free_port(), secrets.token_urlsafe(24))
    instance.create()
    instance.start()
    return Server("postgres", instance.url, f"private instance of {binaries}", private=True, control=instance)


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine."""
    found = [(version, folder) for folder in _folders() if (version := _version(folder)) >= _OLDEST]
    return max(found)[1] if found else None


def is_ready(url: str) -> bool:
    return asyncio.run(_answers(url))


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def _folders() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _PLACES:
        yield from Path("/").glob(pattern.lstrip("/"))


def _version(folder: Path) -> int:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return 0
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)", answer.stdout)
    return int(match[1]) if match else 0


@dataclass
class _PrivateInstance:
    context: Context
    binaries: Path
    port: int
    password: str
    child: Child | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self.password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def data(self) -> Path:
        return self.context.folders.data / "postgres"

    def create(self) -> None:
        user = self.context.user
        secret = write_private(self.context.folders.data / "postgres.password", self.password, user)
        options = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", f"--locale={_locale()}", "--no-sync"]
        log = self.context.folders.log / "postgres.log"
        with log.open("ab") as output:
            if user is not None:
                os.fchown(output.fileno(), user.uid, user.gid)
            code = subprocess.run(
                [self.binaries / "initdb", "-D", self.data, f"--pwfile={secret}", *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                cwd=self.context.folders.data,
                env=inherited_environment(),
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
            ).returncode
        secret.unlink()
        if code != 0:
            raise StackError(f"initdb failed\n{tail(log, 12)}")

    def start(self) -> None:
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        self.child = self.context.supervisor.start(
            Command(
                "postgres",
                [self.binaries / "postgres", "-D", self.data, "-p", str(self.port), *settings],
                user=self.context.user,
                stop_signal=signal.SIGINT,
                # Immediate shutdown: its children end with it and it frees its shared memory.
                abandon_signal=signal.SIGQUIT,
            )
        )
        wait_until_ready(self.child, lambda: is_ready(self.url), timeout=_READY_TIMEOUT)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    def kill(self) -> None:
        """As a crash: no checkpoint, so that the next start recovers from the log."""
        if self.child is not None:
            self.child.send(signal.SIGQUIT)
            self.child.wait()

    def abandon(self) -> None:
        if self.child is not None:
            self.child.abandon()


def _locale() -> str:
    return "C.UTF-8" if os.uname().sysname == "Linux" else "en_US.UTF-8"
