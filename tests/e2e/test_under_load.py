"""Outages under load: every grant that was accepted ends in exactly one invitation mail, nothing is lost or dead."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from local_stack.demo.actors import Actor
from local_stack.demo.story import DOSSIER
from local_stack.environment import SERVICES
from local_stack.stack import LocalStack
from local_stack.testing import BrokerView, Office, Records
from local_stack.testing.office import grant_body
from service_kit.testing import eventually

GRANTS = 60
AT_ONCE = 3
# 503: a part is away. 409: the first request with this key is still being answered.
COME_BACK = {503, 409}
Account = Callable[["Load"], Awaitable[None]]


@dataclass
class Load:
    """Grants that are asked for one after the other; each request is repeated with its key until it is answered."""

    office: Office
    people: list[Actor]
    bodies: list[dict[str, object]]
    path: str
    accepted: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    @classmethod
    async def prepared(cls, office: Office) -> "Load":
        dossier_id, people = await office.dossier(), [office.person() for _ in range(GRANTS)]
        entered = [await office.enter(dossier_id, person.human) for person in people]
        return cls(office, people, [grant_body(id_) for id_ in entered], f"{DOSSIER}/dossiers/{dossier_id}/grants")

    async def run(self) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(person: Actor, body: dict[str, object]) -> None:
            async with turns:
                self.accepted[person.human.email] = await self._ask(body)

        await asyncio.gather(*map(in_turn, self.people, self.bodies))

    async def reached(self, share: float) -> None:
        async def enough() -> bool:
            return len(self.accepted) >= GRANTS * share

        await eventually(enough, within=60)

    async def _ask(self, body: dict[str, object]) -> str:
        headers = {"Idempotency-Key": uuid4().hex}

        async def answered() -> str | None:
            try:
                answer = await self.office.manager.api.send("POST", self.path, body, headers)
            except httpx.TransportError:
                return None
            self.statuses[answer.status_code] += 1
            if answer.status_code in COME_BACK:
                return None
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

        return str(await eventually(answered, within=60, every=0.2))


@pytest_asyncio.fixture(loop_scope="session")
async def load(office: Office) -> AsyncIterator[Load]:
    yield await Load.prepared(office)


@pytest.fixture
def accounting(stack: LocalStack, records: Records, broker_view: BrokerView) -> Account:
    """What goes in must come out: nothing lost, nothing doubled but what an uncertain attempt explains."""

    async def account(load: Load) -> None:
        async def all_sent() -> bool:
            query = "SELECT count(DISTINCT offer) FROM message, unnest(offer_ids) offer WHERE state = 'sent'"
            sent = await records.value("notifier", f"{query} AND offer = ANY($1::uuid[])", list(load.accepted.values()))
            return bool(sent == GRANTS)

        async def at_rest() -> bool:
            return not await records.unsent() and not await records.unfinished_messages()

        await eventually(all_sent, within=90, every=0.2)
        await eventually(at_rest, within=60, every=0.2)
        assert len(load.accepted) == len(set(load.accepted.values())) == GRANTS
        mails = [await person.mailbox.mails(person.human.email) for person in load.people]
        assert [len({mail.message_id for mail in own}) for own in mails] == [1] * GRANTS
        uncertain = await records.value("notifier", "SELECT count(*) FROM attempt WHERE outcome = 'uncertain'")
        assert sum(len(own) - 1 for own in mails) <= uncertain
        assert await broker_view.stranded() == {}
        assert await records.idle_in_transaction() == 0
        assert stack.dead() is None

        async def consuming() -> bool:
            return await broker_view.consumers() == {f"{service}.inbox": 1 for service in SERVICES}

        await eventually(consuming, within=30, every=0.5)

    return account


async def test_killing_the_identity_worker_under_load_loses_nothing(
    stack: LocalStack, load: Load, accounting: Account
) -> None:
    running = asyncio.ensure_future(load.run())
    for share in (0.2, 0.6):
        await load.reached(share)
        await asyncio.to_thread(stack.kill, "identity-worker")
        await asyncio.to_thread(stack.start, "identity-worker")
    await running

    await accounting(load)
    assert load.statuses == {201: GRANTS}


async def test_restarting_the_broker_under_load_loses_nothing(
    stack: LocalStack, load: Load, accounting: Account
) -> None:
    running = asyncio.ensure_future(load.run())
    await load.reached(0.3)
    await asyncio.to_thread(stack.rabbitmq.control.stop)
    await load.reached(0.8)
    await asyncio.to_thread(stack.rabbitmq.control.start)
    await running

    await accounting(load)
    assert load.statuses == {201: GRANTS}


async def test_stopping_postgresql_for_a_while_loses_nothing_and_is_said_with_503(
    stack: LocalStack, load: Load, accounting: Account
) -> None:
    running = asyncio.ensure_future(load.run())
    await load.reached(0.3)
    await asyncio.to_thread(stack.postgres.control.stop)

    async def refused() -> bool:
        return load.statuses[503] >= AT_ONCE

    await eventually(refused, within=30)
    await asyncio.to_thread(stack.postgres.control.start)
    await running

    await accounting(load)
    assert set(load.statuses) <= {201, 503}
