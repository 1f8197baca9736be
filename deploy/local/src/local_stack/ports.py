"""Free TCP ports on the loopback address, below the range from which outgoing connections take theirs."""

import contextlib
import secrets
import socket

LOOPBACK = "127.0.0.1"
_RANGE = range(20_000, 32_000)
_TRIES = 200
_given: set[int] = set()


def is_free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        # As servers do: a port whose last connections are still in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on and this process has not handed out before, though its server may not listen yet.

    Drawn at random, so that two stacks that start together do not meet.
    """
    for _ in range(_TRIES):
        port = secrets.choice(_RANGE)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise OSError(f"no free port among {_TRIES} tried")
