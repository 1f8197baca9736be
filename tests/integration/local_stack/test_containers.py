"""The same servers as containers, where a Docker Engine answers and has the images."""

import subprocess
from collections.abc import Callable

import httpx
import pytest
from local_stack.environment import SERVICES
from local_stack.gateway import Gateway
from local_stack.ports import free_port
from local_stack.servers import docker, postgres, rabbitmq
from local_stack.servers.base import Context, Server, Way


def started(way: Way, image: str, context: Context) -> Server:
    if not docker.engine_answers():
        pytest.skip("no Docker Engine answers")
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{image} is not on this machine")
    server = way(context)
    assert server is not None
    return server


def containers_of(context: Context) -> list[str]:
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name=stack-{context.folders.id}-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_postgresql_comes_back_on_its_address_and_is_gone_at_the_end(
    context: Context, until: Callable[..., None]
) -> None:
    server = started(docker.postgres_container, docker.POSTGRES_IMAGE, context)
    assert postgres.is_ready(server.url)

    server.control.stop()
    server.control.start()

    until(lambda: postgres.is_ready(server.url))
    server.control.abandon()
    assert containers_of(context) == []


def test_rabbitmq_answers_over_its_management_address(context: Context) -> None:
    server = started(docker.rabbitmq_container, docker.RABBITMQ_IMAGE, context)

    assert rabbitmq.is_ready(server.management_url)
    server.control.abandon()


def test_the_gateway_runs_in_a_container_and_ends_with_its_process(
    context: Context, until: Callable[..., None]
) -> None:
    nginx = started(docker.nginx_container, docker.NGINX_IMAGE, context)
    gateway = Gateway(nginx, free_port(), {name: free_port() for name in SERVICES}, context.folders, context.user)

    child = gateway.start(context.supervisor)

    assert httpx.get(f"{gateway.url}/api/dossier/v1/firms").status_code == 503
    child.stop()
    until(lambda: containers_of(context) == [])
