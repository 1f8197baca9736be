"""Real servers for the whole suite: taken from the environment, or private ones started when the first test asks."""

from collections.abc import Iterator

import pytest
from local_stack.folders import claim_first_free, home_of
from local_stack.privileges import unprivileged_user
from local_stack.servers import Servers, open_servers

pytest_plugins = ["service_kit.testing.plugin"]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and RabbitMQ; the environment names them from here on, as if they had been given."""
    folders = claim_first_free(home_of("tests"), unprivileged_user())
    with open_servers(folders) as servers, pytest.MonkeyPatch.context() as environment:
        environment.setenv("POSTGRES_URL", servers.postgres_url)
        environment.setenv("RABBITMQ_URL", servers.rabbitmq_url)
        environment.setenv("RABBITMQ_MANAGEMENT_URL", servers.rabbitmq_management_url)
        yield servers
