"""Puts a stack together, stage by stage, each as parallel as it can be; and registers how to take it apart."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from local_stack.broker import Broker
from local_stack.databases import Databases
from local_stack.display import Display, Step
from local_stack.environment import SERVICES, BrokerAccess, DatabaseAccess, Ports, environments, save
from local_stack.folders import Folders, claim, claim_first_free, home_of, write_private
from local_stack.gateway import Gateway
from local_stack.parallel import together
from local_stack.ports import free_port
from local_stack.privileges import unprivileged_user
from local_stack.probes import accepts, answers
from local_stack.processes import Child, Command, Supervisor, wait_until_ready
from local_stack.servers import Server, find
from local_stack.servers.base import Context
from local_stack.services import Services

T = TypeVar("T")
_MAIL_TIMEOUT = 30.0


@dataclass(frozen=True)
class Options:
    """How a stack differs from the one of `make up`.

    `name`: a folder of its own inside `.local`, numbered when it is taken. `port`: of the gateway, free if not given.
    `overrides`: settings by service, without prefix. `environment`: where servers may be given; {} for private ones.
    """

    name: str | None = None
    port: int | None = None
    reminder_offsets: str | None = None
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None
    display: Display = field(default_factory=Display)

    def settings(self) -> dict[str, Mapping[str, str]]:
        """The overrides with the reminders' offsets among them."""
        if self.reminder_offsets is None:
            return dict(self.overrides)
        dossier = {"REMINDER_OFFSETS": self.reminder_offsets, **self.overrides.get("dossier", {})}
        return {**self.overrides, "dossier": dossier}


class Assembly:
    """The parts of a stack; complete when the constructor returns, taken apart by `closing`."""

    def __init__(self, options: Options, closing: ExitStack) -> None:
        self._options = options
        self._closing = closing
        self._user = unprivileged_user()
        home = home_of(options.name)
        self.folders: Folders = (claim_first_free if options.name else claim)(home, self._user)
        self.ports = Ports(gateway=options.port or free_port())
        self._supervisor = Supervisor(self.folders)
        closing.callback(self._supervisor.close)
        closing.enter_context(options.display)
        self.mail: Child | None = None
        self.servers = self._start_servers()
        self.databases, self.broker = self._make_databases(), self._broker()
        self.broker_access = self._make_vhost()
        self.environments = environments(self.ports, self.databases, self.broker_access, options.settings())
        save(self.folders, self.environments)
        self.services = Services(self._supervisor, self.folders.home, self.environments)
        closing.callback(self.services.close)
        self._stage({f"{name} migrations": partial(self._migrate, name) for name in SERVICES})
        self._stage({name: partial(self._start_service, name) for name in self.services.replicas})
        with options.display.step("gateway") as step:
            self.gateway = self._start_gateway(step)
        self._save_state()

    def _stage(self, steps: Mapping[str, Callable[[Step], T]]) -> dict[str, T]:
        def timed(name: str) -> T:
            with self._options.display.step(name) as step:
                return steps[name](step)

        return together({name: partial(timed, name) for name in steps}, give_up=self._supervisor.give_up)

    def _start_servers(self) -> dict[str, Server]:
        finders = {name: partial(self._find, name) for name in ("postgres", "rabbitmq", "nginx")}
        return self._stage({**finders, "mail catcher": self._start_mail})

    def _find(self, name: str, step: Step) -> Server:
        environment = os.environ if self._options.environment is None else self._options.environment
        server = find(name, Context(self.folders, self._supervisor, self._user, environment, step.say))
        self._closing.callback(server.control.abandon)
        step.say(server.how)
        return server

    def _start_mail(self, step: Step) -> Server:
        ports, folder = self.ports, self.folders.mail
        module = [sys.executable, "-m", "local_stack.mail.catcher"]
        command = [*module, str(folder), str(ports.smtp), str(ports.mail_api)]
        self.mail = self._supervisor.start(Command("mail", command, folder=self.folders.home))
        self._closing.callback(self.mail.stop)
        wait_until_ready(
            self.mail,
            lambda: accepts(ports.smtp) and answers(f"{ports.mail_api_url}/readyz"),
            timeout=_MAIL_TIMEOUT,
        )
        step.say(f"smtp on {ports.smtp}, {ports.mail_api_url}")
        return Server("mail", ports.mail_api_url, "caught", private=True)

    def _make_databases(self) -> dict[str, DatabaseAccess]:
        server = self.servers["postgres"]
        databases = Databases(server.url, "" if server.private else f"stack_{self.folders.id}_")

        def make(service: str) -> DatabaseAccess:
            if not server.private:
                self._closing.callback(databases.drop, service)
            return databases.create(service)

        with self._options.display.step("databases", ", ".join(SERVICES)):
            return together({name: partial(make, name) for name in SERVICES}, self._supervisor.give_up)

    def _broker(self) -> Broker:
        server = self.servers["rabbitmq"]
        return Broker(server, f"stack-{self.folders.id}", "" if server.private else f"stack-{self.folders.id}-")

    def _make_vhost(self) -> BrokerAccess:
        if not self.servers["rabbitmq"].private:
            self._closing.callback(self.broker.drop)
        with self._options.display.step("virtual host", self.broker.vhost):
            return self.broker.create()

    def _migrate(self, service: str, step: Step) -> None:
        step.say("database and broker")
        self.services.migrate(service)

    def _start_service(self, name: str, step: Step) -> None:
        step.say(f"http://{self.services.replicas[name].address}")
        self.services.start(name)

    def _start_gateway(self, step: Step) -> Child:
        gateway = Gateway(self.servers["nginx"], self.ports.gateway, self.ports.api, self.folders, self._user)
        child = gateway.start(self._supervisor)
        self._closing.callback(child.stop)
        step.say(gateway.url)
        return child

    def _save_state(self) -> None:
        """What other commands and a demo against this stack need to know; it holds passwords."""
        state = {
            "pid": os.getpid(),
            "base_url": self.ports.base_url,
            "mail_api_url": self.ports.mail_api_url,
            "mail_folder": str(self.folders.mail),
            "log_folder": str(self.folders.log),
            "owner_urls": {service: access.owner_url for service, access in self.databases.items()},
            "rabbitmq_management_url": self.broker_access.management_url,
            "vhost": self.broker.vhost,
            "processes": {name: child.pid for name, child in self.services.children.items()},
        }
        write_private(self.folders.state, json.dumps(state, indent=1))
        self._closing.callback(self.folders.state.unlink, missing_ok=True)
