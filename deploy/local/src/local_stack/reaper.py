"""Watchdog process: when the pipe to its stack closes, it kills whatever the stack started and removes its data.

The stack may be killed at any moment, so nothing here relies on it having tidied up.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import psutil

from local_stack.lineage import family, is_alive, signal_all

_GRACE = 3.0
_DEADLINE = 20.0


@dataclass
class Estate:
    """What the stack told us about itself."""

    marker: str = ""
    leaders: dict[psutil.Process, signal.Signals] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)

    def learn(self, message: dict[str, str | int]) -> None:
        if "marker" in message:
            self.marker = str(message["marker"])
        if "folder" in message:
            self.folders.append(str(message["folder"]))
        if "container" in message:
            self.containers.append(str(message["container"]))
        if "pid" in message and psutil.pid_exists(int(message["pid"])):
            self.leaders[psutil.Process(int(message["pid"]))] = signal.Signals(int(message["signal"]))


def sweep(estate: Estate) -> None:
    """End every process of the estate: its leaders by their own signal first, after a moment all by SIGKILL."""
    started = time.monotonic()
    known = family(estate.leaders, estate.marker)
    for leader, how in estate.leaders.items():
        signal_all({leader}, how)
    while time.monotonic() < started + _DEADLINE:
        # Remembered from round to round: what has lost its leader meanwhile may not be found by descent again.
        known = {process for process in known if is_alive(process)} | family(estate.leaders, estate.marker)
        if not known:
            return
        if time.monotonic() > started + _GRACE or not known & set(estate.leaders):
            signal_all(known)
        time.sleep(0.1)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    estate = Estate()
    for line in sys.stdin:
        estate.learn(json.loads(line))
    if estate.containers:
        subprocess.run(["docker", "rm", "--force", "--volumes", *estate.containers], capture_output=True, check=False)
    sweep(estate)
    for folder in estate.folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
