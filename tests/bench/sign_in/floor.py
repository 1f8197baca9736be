"""The floor: argon2-cffi verifying on two bare threads, nothing else: `python floor.py HASH PASSWORD SECONDS`."""

import json
import sys
import threading
import time

from argon2 import PasswordHasher

THREADS = 2


def main(encoded: str, password: str, seconds: float) -> None:
    """Prints how many were verified in a second and what CPU one took."""
    hasher, counts = PasswordHasher(), [0] * THREADS
    started, cpu = time.perf_counter(), time.process_time()

    def verify(thread: int) -> None:
        while time.perf_counter() - started < seconds:
            hasher.verify(encoded, password)
            counts[thread] += 1

    threads = [threading.Thread(target=verify, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    many = sum(counts)
    print(json.dumps({"rate": many / (time.perf_counter() - started), "cpu": (time.process_time() - cpu) / many}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
