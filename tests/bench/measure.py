"""CPU of a whole run, servers included, and ratios with their spread."""

from collections.abc import Sequence
from statistics import median

import psutil

SERVERS = ("beam.smp", "postgres")


def cpu_seconds(own_pid: int) -> dict[str, float]:
    """User and system seconds so far, of one process and of all server processes by name."""
    used = {"client": 0.0, **dict.fromkeys(SERVERS, 0.0)}
    for process in psutil.process_iter(["pid", "name"]):
        name = process.info["name"]
        key = "client" if process.info["pid"] == own_pid else name if name in SERVERS else None
        if key is not None:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            used[key] += times.user + times.system
    return used


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> str:
    """Median of the rounds' ratios, with the smallest and the largest."""
    ratios = [a / b for a, b in zip(numerators, denominators, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
