"""RabbitMQ from its binaries: a private node with its own name, cookie, epmd, plugins and data."""

import os
import secrets
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from local_stack.errors import StackError
from local_stack.folders import write_private
from local_stack.ports import LOOPBACK, free_port
from local_stack.probes import accepts, answers
from local_stack.processes import Child, Command, wait_until_ready
from local_stack.servers.base import Context, Server

# Not the wrapper in /usr/sbin: that one lets only root and the user rabbitmq through.
_PLACES = (
    "usr/lib/rabbitmq/bin/rabbitmq-server",
    "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
    "opt/rabbitmq/sbin/rabbitmq-server",
    "opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
    "usr/local/opt/rabbitmq/sbin/rabbitmq-server",
)
_READY_TIMEOUT = 90.0
_CONFIGURATION = """\
listeners.tcp.1 = {host}:{port}
management.tcp.ip = {host}
management.tcp.port = {management_port}
default_user = {user}
default_pass = {password}
loopback_users.{user} = true
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 67108864
log.console = true
log.file = false
"""


def from_environment(context: Context) -> Server | None:
    url = context.environment.get("RABBITMQ_URL")
    if not url:
        return None
    management = context.environment.get("RABBITMQ_MANAGEMENT_URL")
    if not management:
        raise StackError("RABBITMQ_URL is set but RABBITMQ_MANAGEMENT_URL is not; both are needed")
    return Server("rabbitmq", url, "given as RABBITMQ_URL", private=False, management_url=management)


def from_machine(context: Context) -> Server | None:
    binary = find_binary()
    if binary is None:
        return None
    node = _PrivateNode(context, binary)
    node.create()
    node.start()
    return Server(
        "rabbitmq",
        node.url,
        f"private node of {binary.parent}",
        private=True,
        control=node,
        management_url=node.management_url,
    )


def find_binary() -> Path | None:
    """The server's own start script, where Erlang is there too."""
    found = [path for pattern in _PLACES for path in sorted(Path("/").glob(pattern), reverse=True)]
    return found[0] if found and shutil.which("erl") and _find_epmd() else None


def is_ready(management_url: str) -> bool:
    """The management plugin starts last: when it answers, the node takes connections."""
    return answers(f"{management_url}/api/health/checks/alarms")


def _find_epmd() -> str | None:
    places = sorted(Path("/usr/lib/erlang").glob("erts-*/bin"), reverse=True)
    return shutil.which("epmd") or shutil.which("epmd", path=os.pathsep.join(map(str, places)))


@dataclass
class _PrivateNode:
    context: Context
    binary: Path
    port: int = field(default_factory=free_port)
    management_port: int = field(default_factory=free_port)
    distribution_port: int = field(default_factory=free_port)
    epmd_port: int = field(default_factory=free_port)
    user: str = "local"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    epmd: Child | None = None
    node: Child | None = None

    @property
    def url(self) -> str:
        return f"amqp://{self.user}:{self.password}@{LOOPBACK}:{self.port}/"

    @property
    def management_url(self) -> str:
        return f"http://{self.user}:{self.password}@{LOOPBACK}:{self.management_port}"

    @property
    def folder(self) -> Path:
        return self.context.folders.data / "rabbitmq"

    def create(self) -> None:
        owner = self.context.user
        self.folder.mkdir(mode=0o700)
        configuration = _CONFIGURATION.format(
            host=LOOPBACK,
            port=self.port,
            management_port=self.management_port,
            user=self.user,
            password=self.password,
        )
        write_private(self.folder / "rabbitmq.conf", configuration, owner)
        write_private(self.folder / "enabled_plugins", "[rabbitmq_management].\n", owner)
        write_private(self.folder / ".erlang.cookie", secrets.token_hex(20), owner)
        if owner is not None:
            os.chown(self.folder, owner.uid, owner.gid)

    def start(self) -> None:
        if self.epmd is None:
            self._start_epmd()
        self.node = self.context.supervisor.start(
            Command(
                "rabbitmq",
                [self.binary],
                environment=self._environment(),
                folder=self.folder,
                user=self.context.user,
                stop_timeout=60,
            )
        )
        wait_until_ready(self.node, lambda: is_ready(self.management_url), timeout=_READY_TIMEOUT)
        self._enable_feature_flags()

    def stop(self) -> None:
        if self.node is not None:
            self.node.stop()

    def kill(self) -> None:
        if self.node is not None:
            self.node.send(signal.SIGKILL)
            self.node.wait()

    def abandon(self) -> None:
        for child in (self.node, self.epmd):
            if child is not None:
                child.abandon()

    def _start_epmd(self) -> None:
        """Ours, in the foreground: one that a node starts for itself would become a daemon and outlive it."""
        epmd = _find_epmd()
        assert epmd is not None
        self.epmd = self.context.supervisor.start(
            Command(
                "epmd",
                [epmd, "-port", str(self.epmd_port), "-address", LOOPBACK],
                folder=self.folder,
                user=self.context.user,
            )
        )
        wait_until_ready(self.epmd, lambda: accepts(self.epmd_port), timeout=_READY_TIMEOUT)

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": f"stack-{self.context.folders.id}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-environment-file"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
            # Makes the script become the node, instead of a shell that would forward signals to it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _enable_feature_flags(self) -> None:
        """Quorum queues with at-least-once dead lettering need them; a new node has most of them on already."""
        with httpx.Client(base_url=self.management_url, timeout=30) as client:
            for flag in client.get("/api/feature-flags").raise_for_status().json():
                if flag["state"] == "disabled" and flag["stability"] in ("stable", "required"):
                    client.put(f"/api/feature-flags/{flag['name']}/enable", json={}).raise_for_status()
