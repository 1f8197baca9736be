"""Servers as containers, through testcontainers, where a Docker Engine answers; our reaper removes them."""

import functools
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_stack.errors import StackError
from local_stack.ports import LOOPBACK, free_port
from local_stack.servers import postgres, rabbitmq
from local_stack.servers.base import Context, Server

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"
NGINX_IMAGE = "nginx:1.28"
_READY_TIMEOUT = 120.0


@functools.cache
def engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=15).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def postgres_container(context: Context) -> Server | None:
    if not engine_answers():
        return None
    password = secrets.token_urlsafe(24)
    container = _Container(POSTGRES_IMAGE, {"POSTGRES_PASSWORD": password}, {5432: free_port()}, context)
    container.start()
    url = f"postgresql://postgres:{password}@{container.address(5432)}/postgres"
    container.wait_until(lambda: postgres.is_ready(url))
    return Server("postgres", url, f"container of {POSTGRES_IMAGE}", private=True, control=container)


def rabbitmq_container(context: Context) -> Server | None:
    if not engine_answers():
        return None
    password = secrets.token_urlsafe(24)
    settings = {"RABBITMQ_DEFAULT_USER": "local", "RABBITMQ_DEFAULT_PASS": password}
    container = _Container(RABBITMQ_IMAGE, settings, {5672: free_port(), 15672: free_port()}, context)
    container.start()
    management_url = f"http://local:{password}@{container.address(15672)}"
    container.wait_until(lambda: rabbitmq.is_ready(management_url))
    return Server(
        "rabbitmq",
        f"amqp://local:{password}@{container.address(5672)}/",
        f"container of {RABBITMQ_IMAGE}",
        private=True,
        control=container,
        management_url=management_url,
    )


def nginx_container(context: Context) -> Server | None:
    """Run by the gateway as the binary would be; in the host's network, where the services are."""
    if not engine_answers():
        return None
    context.say(f"downloading {NGINX_IMAGE} when it is not here yet")
    if subprocess.run(["docker", "image", "inspect", NGINX_IMAGE], capture_output=True, check=False).returncode != 0:
        subprocess.run(["docker", "pull", NGINX_IMAGE], capture_output=True, check=False)
    name, data = _new_name(context), context.folders.data
    user = f"{context.user.uid}:{context.user.gid}" if context.user else f"{os.getuid()}:{os.getgid()}"
    context.supervisor.adopt_container(name)
    program = ["docker", "run", "--rm", "--name", name, "--network", "host", "--user", user]
    program += ["--volume", f"{data}:{data}", "--entrypoint", "nginx", NGINX_IMAGE]
    return Server("nginx", "", f"container of {NGINX_IMAGE}", private=True, program=tuple(program), in_container=True)


def _new_name(context: Context) -> str:
    return f"stack-{context.folders.id}-{secrets.token_hex(4)}"


@dataclass
class _Container:
    image: str
    environment: Mapping[str, str]
    ports: Mapping[int, int]
    context: Context
    container: Any = None

    def start(self) -> None:
        """Created once, on ports of the host that stay the same; after a stop the same container starts again."""
        if self.container is not None:
            self.container.get_wrapped_container().start()
            return
        # Only here: it is slow to import, and most machines do not go this way.
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.container import DockerContainer

        testcontainers_config.ryuk_disabled = True
        name = _new_name(self.context)
        self.context.supervisor.adopt_container(name)
        self.context.say(f"starting {self.image} (downloaded when it is not here yet)")
        container = DockerContainer(self.image).with_name(name).with_envs(**self.environment)
        # Set here because with_bind_ports knows no address, and a database belongs on the loopback one.
        addresses: Any = {str(port): (LOOPBACK, chosen) for port, chosen in self.ports.items()}
        container.ports = addresses
        self.container = container.start()

    def address(self, port: int) -> str:
        return f"{LOOPBACK}:{self.ports[port]}"

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT
        while not is_ready():
            if time.monotonic() > deadline:
                raise StackError(f"the container of {self.image} was not ready after {_READY_TIMEOUT:.0f} s")
            time.sleep(0.2)

    def stop(self) -> None:
        self.container.get_wrapped_container().stop()

    def kill(self) -> None:
        self.container.get_wrapped_container().kill()

    def abandon(self) -> None:
        self.container.stop()
