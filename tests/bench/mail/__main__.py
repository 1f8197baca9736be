"""Runs B7 in interleaved rounds and prints ratios: `python tests/bench/mail [MAILS] [ROUNDS] [DELAY_SECONDS]`.

A mail server that takes 50 ms per mail makes the rate k / latency: the record of every attempt must not show. Goal:
>= 0.85 of k reused connections that keep no record at all. With few connections the wait decides, with many the CPU.
"""

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
from local_stack.folders import claim_first_free, home_of
from local_stack.privileges import unprivileged_user
from local_stack.servers import open_servers
from notifier_service.bootstrap import SERVICE
from service_kit.testing.databases import drop_templates, fresh_database

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import cpu_seconds, ratio

HERE = Path(__file__).parent
CONTESTANTS = ("ours", "floor")
CONNECTIONS = (4, 16)
DEFAULTS = (1000, 5, 0.05)


@dataclass
class Round:
    """One contestant's run: mails per second, CPU milliseconds per mail, statements and commits per mail."""

    rate: float
    cpu: dict[str, float]
    statements: float
    commits: float


class Child:
    """A process that talks in lines."""

    def __init__(self, script: str, *arguments: object) -> None:
        command = [sys.executable, str(HERE / f"{script}.py"), *map(str, arguments)]
        # What a contestant logs goes where nobody waits for it; only its own lines are read.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, word: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def hear(self, start: str = "") -> str:
        """The next line that begins so; log lines in between are passed over."""
        assert self.process.stdout is not None
        for line in iter(self.process.stdout.readline, ""):
            if line.startswith(start):
                return line.strip()
        raise RuntimeError(f"{self.process.args} ended")


async def play(contestant: str, sink: Child, port: str, connections: int, mails: int) -> Round:
    """Lets a contestant send until the sink has every mail, and counts."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(fresh_database(os.environ["POSTGRES_URL"], SERVICE))
        child = Child(contestant, database.owner_url, port, connections, mails)
        stack.callback(child.process.kill)
        await asyncio.to_thread(child.hear, "ready")
        sink.say(mails)
        sink.hear("ready")
        cpu, commits = cpu_seconds(child.process.pid), await committed(database.owner_url)
        started = time.perf_counter()
        child.say("go")
        heard = asyncio.ensure_future(asyncio.to_thread(child.hear, '{"statements"'))
        copies = int((await asyncio.to_thread(sink.hear, "full")).split()[1])
        seconds = time.perf_counter() - started
        used = {name: value - cpu[name] for name, value in cpu_seconds(child.process.pid).items()}
        child.say("stop")
        counted = json.loads(await heard)
        await asyncio.to_thread(child.process.wait, 20)
        assert copies == mails, f"{contestant} sent {copies - mails} mails twice"
        commits = await committed(database.owner_url) - commits
        if contestant == "ours":
            await everything_is_on_record(database.owner_url, mails)
    per_mail = {name: value / mails * 1e3 for name, value in used.items() if name != "beam.smp"}
    return Round(mails / seconds, per_mail, counted["statements"] / mails, commits / mails)


async def everything_is_on_record(url: str, mails: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        query = (
            "SELECT count(*) FROM message JOIN attempt USING (message_id) WHERE state = 'sent' AND outcome = 'accepted'"
        )
        assert await connection.fetchval(query) == mails
    finally:
        await connection.close()


async def committed(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        query = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


def report(connections: int, rounds: dict[str, list[Round]]) -> None:
    columns = f"{'mails/s':>12}{'CPU ms/mail (sender + database)':>34}{'statements':>12}{'commits':>9}"
    print(f"{connections:3} connections{columns}")
    for name, runs in rounds.items():
        cpu = {part: median(run.cpu[part] for run in runs) for part in runs[0].cpu}
        total = f"{sum(cpu.values()):.2f} = " + " + ".join(f"{value:.2f}" for value in cpu.values())
        rate = median(run.rate for run in runs)
        statements, commits = median(r.statements for r in runs), median(r.commits for r in runs)
        print(f"{name:15}{rate:12.0f}{total:>34}{statements:12.2f}{commits:9.2f}")
    rates = {name: [run.rate for run in runs] for name, runs in rounds.items()}
    print(f"mail: {ratio(rates['ours'], rates['floor'])} of floor with {connections} connections")


async def bench(mails: int, count: int, delay: float) -> None:
    sink = Child("sink", delay)
    try:
        port = sink.hear()
        for connections in CONNECTIONS:
            rounds: dict[str, list[Round]] = {name: [] for name in CONTESTANTS}
            for number in range(count):
                for name in CONTESTANTS:
                    rounds[name].append(await play(name, sink, port, connections, mails))
                    print(f"round {number + 1} of {count}: {name} {rounds[name][-1].rate:.0f}/s", file=sys.stderr)
            report(connections, rounds)
    finally:
        sink.process.kill()
    await drop_templates()


def main() -> None:
    given = sys.argv[1:]
    mails, count, delay = (*given, *map(str, DEFAULTS[len(given) :]))
    with open_servers(claim_first_free(home_of("bench"), unprivileged_user())) as servers:
        os.environ["POSTGRES_URL"] = servers.postgres_url
        asyncio.run(bench(int(mails), int(count), float(delay)))


if __name__ == "__main__":
    main()
