"""Runs several start-up steps at once; the first failure is the one that is told."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def together(steps: Mapping[str, Callable[[], T]], give_up: Callable[[], None]) -> dict[str, T]:
    """Name to result. When a step fails or we are interrupted, `give_up` makes the others end soon too."""
    with ThreadPoolExecutor(max_workers=max(1, len(steps))) as pool:
        futures: dict[str, Future[T]] = {name: pool.submit(step) for name, step in steps.items()}
        try:
            done, _ = wait(futures.values(), return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            give_up()
            raise
    return {name: future.result() for name, future in futures.items()}
