"""Runs B5 in interleaved rounds and prints ratios: `python tests/bench/decisions [SECONDS] [ROUNDS] [DOSSIERS...]`.

Per number of dossiers: the floor (raw ASGI and one indexed fetch), then decisions that a person asks about themselves
and a system asks about somebody, where the account has one grant and where it has 10 000. Goals: CPU <= 2 x floor,
p99 <= 3 x p50, and the same with a million dossiers as with a thousand.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from dossier_service.bootstrap import SERVICE
from local_stack.folders import claim_first_free, home_of
from local_stack.privileges import unprivileged_user
from local_stack.servers import open_servers
from service_kit.logging import configure_logging
from service_kit.testing.databases import drop_templates, fresh_database
from service_kit.testing.tokens import TestIssuer

sys.path.insert(0, str(Path(__file__).parent.parent))
from client import Request, hammer
from contestants import DECISIONS, Ask, Contestant, Issuer, asks, batch, question, running_floor, running_service
from dossiers import busy_in, fill, holder_of
from measure import cpu_seconds, ratio
from statements import statements_of

CLIENTS = 8
BATCH = 1000
SIZES = (1_000, 100_000, 1_000_000)
DEFAULTS = (4.0, 3)


@dataclass
class Results:
    """What one kind of request took in every round; latencies of all rounds together, because a p99 needs many."""

    name: str
    asked: Contestant
    ask: Ask
    clients: int = CLIENTS
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    async def play(self, seconds: float) -> None:
        cpu, servers = self.asked.cpu_seconds(), cpu_seconds(os.getpid())["postgres"]
        answers = await hammer(self.asked.port, self.ask, self.clients, seconds)
        assert {answer.status for answer in answers} == {200}, f"{self.name}: something was refused"
        self.rates.append(len(answers) / seconds)
        self.cpu.append((self.asked.cpu_seconds() - cpu) / len(answers))
        self.database_cpu.append((cpu_seconds(os.getpid())["postgres"] - servers) / len(answers))
        self.latencies += [answer.seconds for answer in answers]

    def percentile(self, percent: int) -> float:
        return sorted(self.latencies)[min(len(self.latencies) - 1, len(self.latencies) * percent // 100)]

    def report(self, floor: "Results") -> None:
        p50, p99 = self.percentile(50), self.percentile(99)
        print(
            f"  {self.name:24} {median(self.rates):7.0f}/s  p50 {p50 * 1e3:6.2f} ms  p99 {p99 * 1e3:6.2f} ms"
            f"  p99/p50 {p99 / p50:4.1f}  CPU {median(self.cpu) * 1e6:6.0f} us"
            f" (PostgreSQL {median(self.database_cpu) * 1e6:.0f} us)  CPU of floor: {ratio(self.cpu, floor.cpu)}"
        )


async def measure(postgres_url: str, dossiers: int, seconds: float, rounds: int) -> None:
    issuer = Issuer()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(fresh_database(postgres_url, SERVICE))
        print(f"filling {dossiers} dossiers", file=sys.stderr)
        await fill(database.owner_url, dossiers)
        jwks_url = stack.enter_context(issuer.serving())
        ready = asks(issuer, holder_of, dossiers, "person")
        ours = await stack.enter_async_context(running_service(database.url, jwks_url, ready()))
        bare = asks(issuer, holder_of, dossiers, "floor")
        floor = Results("floor", await stack.enter_async_context(running_floor(database.url, bare())), bare)
        kinds = [floor, *(decisions(ours, issuer, dossiers))]
        for number in range(-1, rounds):
            for kind in kinds:
                await kind.play(seconds if number >= 0 else min(1.0, seconds))
            if number < 0:  # warms connections, caches and prepared statements
                _forget(kinds)
        print(f"{dossiers} dossiers, {2 * dossiers} grants")
        for kind in kinds:
            kind.report(floor)
        print(f"  batch of {BATCH}: {median(kinds[-1].cpu) / BATCH * 1e6:.1f} us CPU per decision")


def decisions(ours: Contestant, issuer: Issuer, dossiers: int) -> list[Results]:
    found = []
    for who in ("person", "system"):
        for places, grants in ((holder_of, "1 grant"), (busy_in, "10 000 grants")):
            found.append(Results(f"{who}, {grants}", ours, asks(issuer, places, dossiers, who)))
    return [*found, Results(f"batch of {BATCH}", ours, batch(issuer, holder_of, dossiers, BATCH), clients=1)]


def _forget(kinds: Sequence[Results]) -> None:
    for kind in kinds:
        for kept in (kind.rates, kind.cpu, kind.database_cpu, kind.latencies):
            kept.clear()


async def count_statements(postgres_url: str) -> None:
    """The number of statements depends on nobody's number of anything: a few dossiers show it."""
    issuer, few = TestIssuer(), 10
    async with fresh_database(postgres_url, SERVICE) as database:
        await fill(database.owner_url, few)
        place, system = holder_of(1), issuer.headers_of_system("billing")
        asked = [question(holder_of(number), named=True) for number in range(few)]
        requests = {
            "person": Request("POST", DECISIONS, question(place, named=False), issuer.headers_of(place.account_id)),
            "system": Request("POST", DECISIONS, asked[0], system),
            "batch": Request("POST", DECISIONS + "/batch", {"questions": asked}, system),
        }
        counted = await statements_of(database.url, issuer, requests)
    print("SQL statements: " + ", ".join(f"{name} {count}" for name, count in counted.items()) + " (and BEGIN, COMMIT)")


async def bench(seconds: float, rounds: int, sizes: Sequence[int]) -> None:
    configure_logging("bench", "error")
    postgres_url = os.environ["POSTGRES_URL"]
    await count_statements(postgres_url)
    for dossiers in sizes:
        await measure(postgres_url, dossiers, seconds, rounds)
    await drop_templates()


def main() -> None:
    given = sys.argv[1:]
    seconds = float(given[0]) if given else DEFAULTS[0]
    rounds = int(given[1]) if len(given) > 1 else DEFAULTS[1]
    with open_servers(claim_first_free(home_of("bench"), unprivileged_user())) as servers:
        os.environ["POSTGRES_URL"] = servers.postgres_url
        asyncio.run(bench(seconds, rounds, tuple(map(int, given[2:])) or SIZES))


if __name__ == "__main__":
    main()
