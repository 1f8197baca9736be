"""Runs B1 in interleaved rounds and prints ratios: `python tests/bench/pipeline [MESSAGES] [ROUNDS]`."""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg
from aio_pika.abc import AbstractChannel
from event_contracts.identity import AccountActivated
from event_contracts.people import Language, Recipient
from local_stack.folders import claim_first_free, home_of
from local_stack.privileges import unprivileged_user
from local_stack.servers import open_servers
from service_kit.ids import new_id
from service_kit.messaging.publisher import Publisher
from service_kit.messaging.topology import EVENTS, declare
from service_kit.testing.brokers import fresh_broker
from service_kit.testing.databases import drop_templates, fresh_database
from service_kit.testing.events import arrived
from service_kit.testing.sample.service import SAMPLE
from service_kit.testing.waiting import eventually

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import cpu_seconds, ratio

HERE = Path(__file__).parent
CONTESTANTS = ("ours", "faststream_peer", "floor")
SINK = "sink"


@dataclass
class Round:
    """One contestant's run: messages per second, CPU microseconds, statements and commits per message."""

    rate: float
    cpu: dict[str, float]
    statements: float
    commits: float


async def play(contestant: str, messages: int) -> Round:
    """Fills the queue, lets the contestant run until every event has come out at the other end, and counts."""
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(
            fresh_broker(os.environ["RABBITMQ_URL"], os.environ["RABBITMQ_MANAGEMENT_URL"])
        )
        database = await stack.enter_async_context(fresh_database(os.environ["POSTGRES_URL"], SAMPLE))
        publisher = Publisher(broker.url, "bench", "identity")
        stack.push_async_callback(publisher.close)
        channel = await publisher.channel()
        await declare(channel, SAMPLE.name, SAMPLE.handlers.types)
        sink = await channel.declare_queue(SINK, durable=True, arguments={"x-queue-type": "quorum"})
        await sink.bind(EVENTS, "notifier.#")
        await fill(publisher, messages)
        process = stack.enter_context(start(contestant, database.owner_url, broker.url))
        before, commits = cpu_seconds(process.pid), await committed(database.owner_url)
        started = time.perf_counter()
        say(process, "go")
        await drained(channel, messages)
        seconds = time.perf_counter() - started
        after = cpu_seconds(process.pid)
        counted = json.loads(say(process, "stop", answer=True))
        await asyncio.to_thread(process.wait, 20)
        # Each backend reports its statistics when it ends, so they are whole now.
        commits = await committed(database.owner_url) - commits
    cpu = {name: (after[name] - before[name]) / messages * 1e6 for name in after}
    return Round(messages / seconds, cpu, counted["statements"] / messages, commits / messages)


async def fill(publisher: Publisher, messages: int) -> None:
    recipient = Recipient(email="ann.lee@example.org", given_name="Ann", family_name="Lee", language=Language.EN)
    for start_at in range(0, messages, 500):
        events = [
            arrived(AccountActivated(account_id=new_id(), user_name="ann.lee", recipient=recipient))
            for _ in range(min(500, messages - start_at))
        ]
        await asyncio.gather(
            *(publisher.publish(EVENTS, e.type, e.model_dump_json().encode(), type=e.type) for e in events)
        )


async def drained(channel: AbstractChannel, messages: int) -> None:
    """Waits until the sink holds every message; a contestant that stalls is an error."""

    async def is_full() -> bool:
        state = await channel.declare_queue(SINK, passive=True)
        return (state.declaration_result.message_count or 0) >= messages

    await eventually(is_full, within=60 + messages / 50)


async def committed(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        query = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


def start(contestant: str, database_url: str, rabbit_url: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / f"{contestant}.py"), database_url, rabbit_url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", f"{contestant} did not start"
    return process


def say(process: subprocess.Popen[str], word: str, *, answer: bool = False) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()
    lines = iter(process.stdout.readline, "") if answer else iter(())
    return next((line for line in lines if line.startswith('{"statements"')), "")


def report(rounds: dict[str, list[Round]]) -> None:
    columns = f"{'messages/s':>12}{'CPU us/message (client + broker + database)':>46}{'statements':>12}{'commits':>9}"
    print(f"{'':16}{columns}")
    for name, runs in rounds.items():
        cpu = {part: median(run.cpu[part] for run in runs) for part in runs[0].cpu}
        parts = " + ".join(f"{value:.0f}" for value in cpu.values())
        total = f"{sum(cpu.values()):.0f} = {parts}"
        rate = median(run.rate for run in runs)
        statements = median(run.statements for run in runs)
        commits = median(run.commits for run in runs)
        print(f"{name:16}{rate:12.0f}{total:>46}{statements:12.3f}{commits:9.3f}")
    rates = {name: [run.rate for run in runs] for name, runs in rounds.items()}
    peer, floor = ratio(rates["ours"], rates["faststream_peer"]), ratio(rates["ours"], rates["floor"])
    print(f"pipeline: {peer} x faststream, {floor} of floor")


async def bench(messages: int, count: int) -> None:
    rounds: dict[str, list[Round]] = {name: [] for name in CONTESTANTS}
    for number in range(count):
        for name in CONTESTANTS:
            rounds[name].append(await play(name, messages))
            print(f"round {number + 1} of {count}: {name} {rounds[name][-1].rate:.0f}/s", file=sys.stderr)
    report(rounds)
    await drop_templates()


def main() -> None:
    messages, count = (int(value) for value in (sys.argv[1:] + ["6000", "5"][len(sys.argv) - 1 :]))
    with open_servers(claim_first_free(home_of("bench"), unprivileged_user())) as servers:
        os.environ["POSTGRES_URL"] = servers.postgres_url
        os.environ["RABBITMQ_URL"] = servers.rabbitmq_url
        os.environ["RABBITMQ_MANAGEMENT_URL"] = servers.rabbitmq_management_url
        asyncio.run(bench(messages, count))


if __name__ == "__main__":
    main()
