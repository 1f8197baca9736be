"""One whole system of real processes on private servers for all tests here, which share one event loop."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from local_stack.demo.stage import Place, Stage, open_stage
from local_stack.environment import SERVICES
from local_stack.stack import LocalStack, Options
from local_stack.testing import BrokerView, Office, Records
from service_kit.testing.clock import Shift, shifting

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole system starts when all other tests are done; its logs are searched at the very end."""
    items.sort(key=lambda item: (item.path.is_relative_to(HERE), item.path == HERE / "test_secrets.py"))
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The servers are never those of the environment: these tests stop and kill them."""
    given = {name: os.environ[name] for name in ("NGINX_BINARY",) if name in os.environ}
    overrides = {"dossier": {"NEW_ADDRESSES_PER_HOUR": "100000"}, "scheduler": {"TICK_MAX_SLEEP": "0.3"}}
    with LocalStack(Options(name="e2e", overrides=overrides, environment=given)) as stack:
        yield stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(stack: LocalStack) -> AsyncIterator[Stage]:
    """Where people meet the system: the gateway and everybody's mailbox."""
    async with open_stage(Place(stack.base_url, stack.mail_api_url, stack.env_of)) as stage:
        yield stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(stage: Stage) -> Office:
    """A firm whose manager is signed in."""
    return await Office.open(stage)


@pytest.fixture(scope="session")
def records(stack: LocalStack) -> Records:
    return Records(stack)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def broker_view(stack: LocalStack) -> AsyncIterator[BrokerView]:
    async with BrokerView(stack) as view:
        yield view


@pytest_asyncio.fixture(loop_scope="session")
async def shift(stack: LocalStack, office: Office) -> AsyncIterator[Shift]:
    """Moves the clock of all services; back to the present afterwards, where the manager's token is young again."""

    async def token_is_young() -> bool:
        return (await office.manager.api.send("GET", "/api/dossier/v1/firms")).is_success

    async with shifting([stack.owner_url(service) for service in SERVICES], token_is_young) as move:
        yield move
