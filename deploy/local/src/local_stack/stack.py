"""The whole system on one machine: servers, databases, migrations, services, gateway and mail catcher.

Guarantee: when the block ends, however it ends, every process is gone; servers that were given are as before.
"""

import signal
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from local_stack.assembly import Assembly, Options
from local_stack.errors import StackError
from local_stack.mail.client import MailClient
from local_stack.processes import Child
from local_stack.servers import Server

__all__ = ["LocalStack", "Options"]


class LocalStack:
    """`with LocalStack(Options(...)) as stack:` runs everything for as long as the block lasts.

    Processes are named `<service>-api` and `<service>-worker`; further workers `<service>-worker-2` and so on.
    """

    parts: Assembly

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as closing:
            self.parts = Assembly(self.options, closing)
            self._closing = closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def base_url(self) -> str:
        return self.parts.ports.base_url

    @property
    def mail_api_url(self) -> str:
        return self.parts.ports.mail_api_url

    @property
    def mail_folder(self) -> Path:
        return self.parts.folders.mail

    @property
    def log_folder(self) -> Path:
        return self.parts.folders.log

    @property
    def postgres(self) -> Server:
        """To stop and start it: `stack.postgres.control.stop()`; only a private one can be."""
        return self.parts.servers["postgres"]

    @property
    def rabbitmq(self) -> Server:
        return self.parts.servers["rabbitmq"]

    @property
    def management_url(self) -> str:
        """RabbitMQ's management API, as an administrator who may do everything in `vhost`."""
        return self.parts.broker_access.management_url

    @property
    def vhost(self) -> str:
        return self.parts.broker.vhost

    def mails(self) -> MailClient:
        return MailClient(self.mail_api_url)

    def env_of(self, service: str) -> dict[str, str]:
        """The environment that the processes of a service run with."""
        return dict(self.parts.environments[service])

    def owner_url(self, service: str) -> str:
        """The service's database as the role that owns it."""
        return self.parts.databases[service].owner_url

    def url_of(self, name: str) -> str:
        """A process's own address, past the gateway."""
        return f"http://{self.parts.services.replicas[name].address}"

    def pid(self, name: str) -> int:
        return self.parts.services.children[name].pid

    def start(self, name: str) -> None:
        self.parts.services.start(name)

    def stop(self, name: str) -> None:
        """Ask a process to end, and wait for it."""
        self.parts.services.stop(name)

    def restart(self, name: str) -> None:
        self.stop(name)
        self.start(name)

    def kill(self, name: str, signal_: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; after SIGKILL the process has gone and can be started again."""
        self.parts.services.kill(name, signal_)

    def add_worker(self, service: str) -> str:
        """One more replica of a service's worker, ready; its name."""
        replica = self.parts.services.add(service, "worker")
        self.start(replica.name)
        return replica.name

    def dead(self) -> Child | None:
        """A process that has ended although nobody stopped it."""
        children = [*self.parts.services.children.values(), self.parts.gateway, self.parts.mail]
        return next((child for child in children if child is not None and child.exit_code is not None), None)

    def wait(self) -> None:
        """Stay until a process dies; the error says which one, how it ended and what it said last."""
        while (child := self.dead()) is None:
            time.sleep(0.3)
        raise StackError(f"{child.name} ended with code {child.exit_code}\n{child.tail()}\nwhole log: {child.log}")
