"""Golden files of every event type: one minimal and one full body each, in the form they travel."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_FILES = sorted(GOLDEN.glob("*/*.json"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `golden_file` runs once for each of them."""
    if "golden_file" in metafunc.fixturenames:
        metafunc.parametrize("golden_file", GOLDEN_FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")


@pytest.fixture
def golden_folder() -> Path:
    return GOLDEN


@pytest.fixture
def body_of() -> Callable[[Path], bytes]:
    """The body as it travels: a golden file is the same JSON, indented for people."""

    def read(file: Path) -> bytes:
        return json.dumps(json.loads(file.read_text()), separators=(",", ":"), ensure_ascii=False).encode()

    return read


@pytest.fixture
def due() -> dict[str, Any]:
    """A good event as a dictionary, to be broken in one place by each test."""
    body: dict[str, Any] = json.loads((GOLDEN / "scheduler.reminder.due.v1" / "full.json").read_text())
    return body
