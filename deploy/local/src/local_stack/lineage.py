"""Finds every process that a stack started, also those that have changed parent, session or title since."""

import contextlib
import os
import signal
from collections.abc import Collection, Iterator

import psutil

MARKER = "LOCAL_STACK_MARKER"


def family(leaders: Collection[psutil.Process], marker: str = "") -> set[psutil.Process]:
    """The living leaders of sessions, all in these sessions, all with the marker, and all descendants of these.

    No single trait is enough: nginx and PostgreSQL overwrite their environment with a title, PostgreSQL's and
    Erlang's children have sessions of their own, and what lost its parent has no ancestors left to be found by.
    """
    roots = {process for process in leaders if process.is_running()}
    roots.update(_in_sessions({process.pid for process in leaders if not _is_reused(process)}))
    roots.update(_marked(marker))
    return {process for process in roots | set(_descendants(roots)) if is_alive(process)} - {psutil.Process()}


def is_alive(process: psutil.Process) -> bool:
    """Whether it does anything yet: one that only waits for its parent to take note of its end does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def signal_all(processes: Collection[psutil.Process], signal_: signal.Signals = signal.SIGKILL) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal_)


def _in_sessions(sessions: Collection[int]) -> Iterator[psutil.Process]:
    for process in psutil.process_iter() if sessions else ():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) in sessions:
                yield process


def _is_reused(process: psutil.Process) -> bool:
    """Whether its id belongs to another process by now. A session's id stays taken while the session has members."""
    return not process.is_running() and psutil.pid_exists(process.pid)


def _marked(marker: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter() if marker else ():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARKER) == marker:
                yield process


def _descendants(processes: Collection[psutil.Process]) -> Iterator[psutil.Process]:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield from process.children(recursive=True)
