"""Runs B6 in interleaved rounds and prints ratios: `python tests/bench/sign_in [SECONDS] [ROUNDS]`.

Each round plays the floor, the cheap route when idle, sign-ins with the cheap route probed beside them, and more
sign-ins than anybody could answer. Goals: rate >= 0.9 of floor, the cheap route's p99 <= 3 x idle, refused in < 50 ms.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from local_stack.folders import claim_first_free, home_of
from local_stack.privileges import unprivileged_user
from local_stack.servers import open_servers
from service_kit.testing.databases import drop_templates

sys.path.insert(0, str(Path(__file__).parent.parent))
from client import Answer, arrive, hammer
from identity import CHEAP, PASSWORD, Identity, running_identity
from measure import ratio

FLOOR = Path(__file__).parent / "floor.py"
CLIENTS = 16
PROBES_PER_SECOND = 20
OVERLOAD = 3  # times what the floor can do
BUSY = (429, 503)


@dataclass
class Results:
    """What each round found; latencies of all rounds together, because a p99 needs many."""

    floor: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    floor_cpu: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    probed: list[float] = field(default_factory=list)
    overloaded: list[Answer] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)

    async def round(self, identity: Identity, seconds: float) -> None:
        floor = await asyncio.to_thread(play_floor, identity.encoded, seconds)
        self.floor.append(floor["rate"])
        self.floor_cpu.append(floor["cpu"])
        self.idle += latencies(await arrive(identity.port, lambda: CHEAP, PROBES_PER_SECOND, seconds))
        cpu = identity.cpu_seconds()
        signed_in, probed = await asyncio.gather(
            hammer(identity.port, identity.next_sign_in, CLIENTS, seconds),
            arrive(identity.port, lambda: CHEAP, PROBES_PER_SECOND, seconds),
        )
        assert {answer.status for answer in signed_in} == {200}, "a sign-in was refused without overload"
        self.rates.append(len(signed_in) / seconds)
        self.cpu.append((identity.cpu_seconds() - cpu) / len(signed_in))
        self.probed += latencies(probed)
        started = time.perf_counter()
        overloaded = await arrive(identity.port, identity.next_sign_in, OVERLOAD * floor["rate"], seconds)
        took = time.perf_counter() - started
        assert {answer.status for answer in overloaded} <= {200, *BUSY}, "overload broke something"
        self.overloaded += overloaded
        self.accepted.append(sum(answer.status == 200 for answer in overloaded) / took)

    def report(self) -> None:
        print(f"floor: {median(self.floor):.1f}/s on two threads, {median(self.floor_cpu) * 1e3:.1f} ms CPU each")
        print(f"ours:  {median(self.rates):.1f}/s, {median(self.cpu) * 1e3:.1f} ms CPU of the service each")
        print(f"cheap route: idle {spread(self.idle)}, beside sign-ins {spread(self.probed)}")
        refused = [answer.seconds for answer in self.overloaded if answer.status in BUSY]
        share = len(refused) / len(self.overloaded)
        print(f"overload of {OVERLOAD} x floor: {share:.0%} refused, after {spread(refused)}")
        print(f"sign-in: {ratio(self.rates, self.floor)} of floor, when overloaded {ratio(self.accepted, self.floor)}")
        print(f"sign-in: cheap route's p99 {percentile(self.probed, 99) / percentile(self.idle, 99):.2f} x idle")


def play_floor(encoded: str, seconds: float) -> dict[str, float]:
    command = [sys.executable, str(FLOOR), encoded, PASSWORD, str(seconds)]
    played: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return played


def latencies(answers: Sequence[Answer]) -> list[float]:
    assert {answer.status for answer in answers} == {200}, "the cheap route was refused"
    return [answer.seconds for answer in answers]


def percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def spread(values: Sequence[float]) -> str:
    if not values:
        return "nothing"
    return f"p50 {percentile(values, 50) * 1e3:.1f} ms, p99 {percentile(values, 99) * 1e3:.1f} ms"


async def bench(seconds: float, count: int) -> None:
    results = Results()
    async with running_identity(os.environ["POSTGRES_URL"]) as identity:
        await Results().round(identity, 1)  # warms connections, caches and prepared statements
        for number in range(count):
            await results.round(identity, seconds)
            print(
                f"round {number + 1} of {count}: {results.rates[-1]:.1f}/s, floor {results.floor[-1]:.1f}/s",
                file=sys.stderr,
            )
    results.report()
    await drop_templates()


def main() -> None:
    given = sys.argv[1:] + ["6", "5"][len(sys.argv) - 1 :]
    with open_servers(claim_first_free(home_of("bench"), unprivileged_user())) as servers:
        os.environ["POSTGRES_URL"] = servers.postgres_url
        asyncio.run(bench(float(given[0]), int(given[1])))


if __name__ == "__main__":
    main()
