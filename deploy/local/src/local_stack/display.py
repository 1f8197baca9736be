"""What a person sees while a stack starts: what starts, where, when it was ready, and why not."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table


@dataclass
class Step:
    """One thing that is started; `note` says where it runs or what it is doing."""

    name: str
    note: str = ""
    started: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    failed: bool = False

    def say(self, note: str) -> None:
        self.note = note


class Display:
    """Shows nothing: what the tests use."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to take down."""

    @contextmanager
    def step(self, name: str, note: str = "") -> Iterator[Step]:
        """Time the block; it has failed when it raises."""
        step = Step(name, note)
        self._began(step)
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            step.seconds = time.monotonic() - step.started
            self._ended(step)

    def finish(self) -> None:
        """Everything is started: what is printed from here on comes below."""

    def _began(self, step: Step) -> None:
        """A step has begun."""

    def _ended(self, step: Step) -> None:
        """A step has ended."""


class LinesDisplay(Display):
    """A line for each step when it is done: for logs and pipes."""

    def _ended(self, step: Step) -> None:
        sign = "failed" if step.failed else "ready"
        print(f"{sign:6}  {step.name:<20} {step.seconds:5.1f} s  {step.note}", flush=True)


class LiveDisplay(Display):
    """A table that is kept up to date: for a terminal."""

    def __init__(self, console: Console) -> None:
        self._steps: list[Step] = []
        self._lock = threading.Lock()
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=10)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def finish(self) -> None:
        self._live.stop()

    def _began(self, step: Step) -> None:
        with self._lock:
            self._steps.append(step)

    def _render(self) -> Group:
        with self._lock:
            steps = list(self._steps)
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for overflow in ("fold", "fold", "fold", "ellipsis"):
            table.add_column(no_wrap=True, overflow=overflow)
        for step in steps:
            table.add_row(_sign(step), escape(step.name), _duration(step), f"[dim]{escape(step.note)}[/]")
        return Group(table)


def display_for(console: Console) -> Display:
    return LiveDisplay(console) if console.is_terminal and sys.stdout.isatty() else LinesDisplay()


def _sign(step: Step) -> RenderableType:
    if step.seconds is None:
        return Spinner("dots")
    return "[red]✗[/]" if step.failed else "[green]✓[/]"


def _duration(step: Step) -> str:
    seconds = step.seconds if step.seconds is not None else time.monotonic() - step.started
    return f"{seconds:.1f} s"
