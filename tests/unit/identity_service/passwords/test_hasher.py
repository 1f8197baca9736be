"""I4, I10: Argon2id with the stated cost, off the event loop, bounded, and equal work for nobody."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from identity_service.passwords.hasher import Passwords
from service_kit.errors import Unavailable


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(threads=1, queue=2)
    yield made
    made.close()


async def test_i4_the_hash_is_argon2id_with_19_mib_two_passes_one_lane(passwords: Passwords) -> None:
    parameters = extract_parameters(await passwords.hash("een korte zin"))
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        Type.ID,
        19 * 1024,
        2,
        1,
    )


async def test_i4_the_right_password_matches_and_another_does_not(passwords: Passwords) -> None:
    stored = await passwords.hash("een korte zin")
    assert await passwords.verify(stored, "een korte zin")
    assert not await passwords.verify(stored, "een korte zin ")
    assert not await passwords.verify("not a hash", "een korte zin")


async def test_i4_composed_and_decomposed_letters_match(passwords: Passwords) -> None:
    stored = await passwords.hash("caf\u00e9 cr\u00e8me brulee")
    assert await passwords.verify(stored, "cafe\u0301 cre\u0300me brulee")


@pytest.mark.parametrize("password", ["", "een korte zin", "x" * 1000])
async def test_i10_nobody_has_a_password(passwords: Passwords, password: str) -> None:
    assert not await passwords.verify(None, password)


async def test_i4_a_full_queue_answers_unavailable_and_recovers(passwords: Passwords) -> None:
    results = await asyncio.gather(*(passwords.hash(f"zin nummer {i}") for i in range(6)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Unavailable)]
    assert len(refused) == 3
    assert {error.retry_after for error in refused} == {2}
    assert await passwords.hash("zin daarna")


async def test_i4_a_full_queue_can_be_told_before_anything_is_done(passwords: Passwords) -> None:
    hashing = [asyncio.create_task(passwords.hash(f"zin nummer {i}")) for i in range(2)]
    await asyncio.sleep(0)
    passwords.check_room()

    hashing.append(asyncio.create_task(passwords.hash("nog een zin")))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        passwords.check_room()

    await asyncio.gather(*hashing)
    passwords.check_room()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux only")
async def test_i4_hashing_gives_way_to_everything_else(passwords: Passwords) -> None:
    await passwords.hash("een korte zin")

    (hashing,) = [thread for thread in threading.enumerate() if thread.name.startswith("argon2")]
    own, others = threading.get_native_id(), hashing.native_id
    assert others is not None
    assert os.getpriority(os.PRIO_PROCESS, others) > os.getpriority(os.PRIO_PROCESS, own)


async def test_i4_the_event_loop_goes_on_while_hashing(passwords: Passwords) -> None:
    hashing = asyncio.create_task(passwords.hash("een korte zin"))
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        if not hashing.done():
            asyncio.get_running_loop().call_soon(turn)

    turn()
    await hashing
    assert turns > 10
