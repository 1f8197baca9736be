"""Connections to the broker, and the one way in which their loss is told: aio-pika has a dozen."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError

CONNECT_TIMEOUT = 10.0
CLOSE_TIMEOUT = 5.0
HEARTBEAT_SECONDS = 15


class OutcomeUnknown(AMQPError):
    """The broker did not answer: what was asked is done or not, so it has to be asked again."""


@contextmanager
def broker_errors() -> Iterator[None]:
    """Inside the block, which calls the client library and nothing else, only AMQPError is raised.

    The library also tells a lost connection by RuntimeError, OSError, a bare Exception, and by a CancelledError that
    nobody asked for: that one would end our own task in silence.
    """
    try:
        yield
    except AMQPError:
        raise
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise OutcomeUnknown("the connection was lost") from error
    except Exception as error:
        raise OutcomeUnknown(f"{type(error).__name__}: {error}") from error


async def connect(url: str, name: str) -> AbstractConnection:
    """A plain connection. Losing it is the caller's to notice and repair, so nothing is restored behind its back."""
    with broker_errors():
        return await aio_pika.connect(
            url, timeout=CONNECT_TIMEOUT, heartbeat=HEARTBEAT_SECONDS, client_properties={"connection_name": name}
        )


async def disconnect(connection: AbstractConnection) -> None:
    """Closes; a peer that does not answer is left after a moment. Never fails."""
    with suppress(AMQPError), broker_errors():
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close()
