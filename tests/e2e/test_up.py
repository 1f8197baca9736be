"""`up` with short reminders, and the demo against it as two people at two terminals run them."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest
from local_stack.folders import CLONE, home_of, read_state

NAME = "e2e-up"


@dataclass(frozen=True)
class Up:
    """A stack that somebody started at a terminal."""

    process: subprocess.Popen[str]
    base_url: str
    shown: list[str]


@pytest.fixture
def up() -> Iterator[Up]:
    command = [sys.executable, "-m", "local_stack", "up", "--name", NAME, "--reminder-offsets", "PT3S,PT6S"]
    with subprocess.Popen(command, cwd=CLONE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            shown = [process.stdout.readline()]
            while "The stack is up: " not in shown[-1]:
                assert shown[-1], "".join(shown)
                shown.append(process.stdout.readline())
            yield Up(process, shown[-1].rpartition(" ")[2].strip(), shown)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
            process.kill()


def test_the_demo_passes_against_a_stack_that_is_up_and_ctrl_c_leaves_nothing(up: Up) -> None:
    for part in ("postgres", "rabbitmq", "identity-api", "scheduler-worker", "gateway", "mail catcher"):
        assert any(part in line and "ready" in line for line in up.shown), part
    members = psutil.Process(up.process.pid).children(recursive=True)

    demo = subprocess.run(
        [sys.executable, "-m", "local_stack", "demo", "--base-url", up.base_url],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    up.process.send_signal(signal.SIGINT)

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stdout.splitlines()[-1] == "demo: 61 steps passed"
    assert up.process.wait(timeout=60) == 0
    _, alive = psutil.wait_procs(members, timeout=20)
    assert alive == []
    assert read_state(home_of(NAME)) is None
    assert not (home_of(NAME) / "data").exists()


def test_the_demo_against_a_system_it_does_not_know_says_what_it_needs() -> None:
    command = [sys.executable, "-m", "local_stack", "demo", "--base-url", "http://127.0.0.1:9"]

    demo = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False)

    assert demo.returncode == 1
    assert "--mail-url" in demo.stderr
