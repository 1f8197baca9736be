"""Tells the story: one numbered line per step, how long it took, and which step failed and why."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.markup import escape

S = TypeVar("S")
Scene = Callable[[S], Awaitable[str]]
# A scene is named when it is left out or fails; when it is played, its answer says what happened.
Script = Sequence[tuple[str, Scene[S]]]


class Skipped(Exception):
    """A step cannot be played here; the message says why."""


class Failed(Exception):
    """A step went wrong: its number, its name and the reason."""


@dataclass
class Narrator:
    """Counts what it tells."""

    console: Console
    passed: int = 0
    skipped: int = 0

    async def tell(self, script: Script[S], story: S) -> None:
        """Play the scenes in order; Failed at the first that goes wrong."""
        for name, scene in script:
            started = time.monotonic()
            try:
                line = await scene(story)
            except Skipped as reason:
                self._skip(name, reason, started)
            except Exception as error:
                raise self.failure(name, error, started) from error
            else:
                self.say(line, started)

    def say(self, line: str, started: float) -> None:
        """One step passed."""
        self.passed += 1
        self._print(f"[green]✓[/] {escape(line)}", started)

    def failure(self, name: str, error: Exception, started: float) -> Failed:
        number = self._number + 1
        self._print(f"[red]✗ {escape(name)}[/]", started, number)
        return Failed(f"step {number} failed: {name}: {_reason(error)}")

    @property
    def summary(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} steps passed{skipped}"

    @property
    def _number(self) -> int:
        return self.passed + self.skipped

    def _skip(self, name: str, reason: Skipped, started: float) -> None:
        self.skipped += 1
        self._print(f"[yellow]-[/] {escape(name)}: skipped: {escape(str(reason))}", started)

    def _print(self, text: str, started: float, number: int | None = None) -> None:
        seconds = time.monotonic() - started
        self.console.print(f"{number or self._number:>3}  [dim]{seconds:5.1f} s[/]  {text}", soft_wrap=True)


def _reason(error: Exception) -> str:
    return str(error) if str(error) and type(error).__module__ != "builtins" else repr(error)
