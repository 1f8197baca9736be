"""What a started server looks like to the rest of the stack, whichever way it was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from local_stack.errors import StackError
from local_stack.folders import Folders
from local_stack.privileges import Unprivileged
from local_stack.processes import Supervisor


class Control(Protocol):
    """Stops and starts a server on its own address, keeping its data; tests of outages use it."""

    def stop(self) -> None: ...

    def kill(self) -> None: ...

    def start(self) -> None: ...

    def abandon(self) -> None:
        """Stop for good; the data is thrown away."""


class NotOurs:
    """The control of a server that somebody else runs: it stays as it is."""

    def stop(self) -> None:
        raise StackError("this server was given in the environment: it is not ours to stop")

    kill = start = stop

    def abandon(self) -> None:
        """Nothing to do."""


@dataclass(frozen=True)
class Server:
    """One server: where it listens (or, for nginx, what to run), how it was found, and how to stop it."""

    name: str
    url: str = field(repr=False)
    how: str
    private: bool
    control: Control = field(default_factory=NotOurs)
    management_url: str = field(default="", repr=False)
    program: tuple[str, ...] = ()
    in_container: bool = False


@dataclass(frozen=True)
class Context:
    """What a server needs to be started with."""

    folders: Folders
    supervisor: Supervisor
    user: Unprivileged | None
    environment: Mapping[str, str]
    say: Callable[[str], None] = lambda _: None


# One way to get a server; it answers None when it is not open on this machine.
Way = Callable[[Context], Server | None]
