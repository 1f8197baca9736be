"""The service processes of a stack: started, watched, stopped, killed and multiplied by name."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local_stack.environment import SERVICES
from local_stack.errors import StackError
from local_stack.ports import LOOPBACK, free_port
from local_stack.probes import answers
from local_stack.processes import Child, Command, Supervisor, wait_until_ready

ROLES = ("api", "worker")
_READY_TIMEOUT = 60.0
_MIGRATE_TIMEOUT = 120.0


@dataclass(frozen=True)
class Replica:
    """One process of a service: `identity-api`, `identity-worker`, `identity-worker-2`."""

    service: str
    role: str
    port: int
    number: int = 1

    @property
    def name(self) -> str:
        base = f"{self.service}-{self.role}"
        return base if self.number == 1 else f"{base}-{self.number}"

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"


@dataclass
class Services:
    """All replicas that belong to a stack and the processes they run as."""

    supervisor: Supervisor
    folder: Path
    environments: Mapping[str, Mapping[str, str]]
    replicas: dict[str, Replica] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for service in SERVICES:
            for role in ROLES:
                self.add(service, role, int(self.environments[service][_port_name(service, role)]))

    def add(self, service: str, role: str, port: int | None = None) -> Replica:
        """A further replica, not started yet."""
        number = 1 + sum(replica.service == service and replica.role == role for replica in self.replicas.values())
        replica = Replica(service, role, port or free_port(), number)
        self.replicas[replica.name] = replica
        return replica

    def migrate(self, service: str) -> None:
        child = self.supervisor.start(self._command(f"{service}-migrate", service, "migrate"))
        if child.wait(_MIGRATE_TIMEOUT) != 0:
            raise StackError(f"{child.name} ended with code {child.exit_code}\n{child.tail()}")

    def start(self, name: str) -> Child:
        """Start a replica that does not run, and wait until it is ready."""
        replica = self._replica(name)
        child = self.supervisor.start(
            self._command(
                name, replica.service, replica.role, {_port_name(replica.service, replica.role): replica.port}
            )
        )
        self.children[name] = child
        wait_until_ready(child, lambda: answers(f"http://{replica.address}/readyz"), timeout=_READY_TIMEOUT)
        return child

    def stop(self, name: str) -> None:
        self._child(name).stop()
        del self.children[name]

    def kill(self, name: str, signal_: signal.Signals) -> None:
        """Send a signal; after SIGKILL the process has gone, after any other it may still be there."""
        child = self._child(name)
        child.send(signal_)
        if signal_ == signal.SIGKILL:
            child.wait()
            del self.children[name]

    def close(self) -> None:
        """Ask all at once, then wait for each: together they need as long as the slowest."""
        for child in self.children.values():
            child.send(signal.SIGTERM)
        for child in self.children.values():
            child.stop()

    def _command(self, name: str, service: str, command: str, ports: Mapping[str, int] | None = None) -> Command:
        environment = {**self.environments[service], **{key: str(port) for key, port in (ports or {}).items()}}
        return Command(name, [sys.executable, "-m", f"{service}_service", command], environment, self.folder)

    def _replica(self, name: str) -> Replica:
        if name not in self.replicas:
            raise StackError(f"there is no process {name}; there are {', '.join(self.replicas)}")
        return self.replicas[name]

    def _child(self, name: str) -> Child:
        self._replica(name)
        if name not in self.children:
            raise StackError(f"{name} does not run")
        return self.children[name]


def _port_name(service: str, role: str) -> str:
    return f"{service.upper()}_{role.upper()}_PORT"
