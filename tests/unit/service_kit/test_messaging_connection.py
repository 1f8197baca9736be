"""However the client library tells a lost connection, one kind of error comes out; a real cancel stays one."""

import asyncio

import pytest
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError
from aiormq.exceptions import ChannelClosed
from service_kit.messaging.connection import OutcomeUnknown, broker_errors


@pytest.mark.parametrize(
    "error",
    [ChannelInvalidStateError("closed"), RuntimeError("closed"), ConnectionResetError(), TimeoutError(), Exception()],
)
async def test_every_way_to_tell_a_loss_is_an_unknown_outcome(error):
    with pytest.raises(OutcomeUnknown), broker_errors():
        raise error


async def test_an_error_of_the_protocol_stays_what_it_is():
    with pytest.raises(ChannelClosed), broker_errors():
        raise ChannelClosed(404, "no queue")
    assert issubclass(OutcomeUnknown, AMQPError)


async def test_a_cancellation_nobody_asked_for_does_not_end_our_task():
    with pytest.raises(OutcomeUnknown), broker_errors():
        raise asyncio.CancelledError


async def test_a_cancellation_somebody_asked_for_does():
    begun = asyncio.Event()

    async def work():
        with broker_errors():
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
