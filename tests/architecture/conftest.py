"""What the architecture tests look at: the source of every module of the workspace, by its path from the root."""

from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "dossier", "notifier", "scheduler")


def _sources(folders: Iterable[Path]) -> dict[Path, str]:
    files = (file for folder in folders for file in sorted(folder.rglob("*.py")))
    return {file.relative_to(ROOT): file.read_text() for file in files}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def services() -> dict[str, Path]:
    """Service name to the folder of its package."""
    return {name: ROOT / "services" / name / "src" / f"{name}_service" for name in SERVICES}


@pytest.fixture(scope="session")
def members() -> list[Path]:
    """The `src` folder of every member of the workspace."""
    return sorted([*ROOT.glob("shared/*/src"), *ROOT.glob("services/*/src"), ROOT / "deploy" / "local" / "src"])


@pytest.fixture(scope="session")
def modules(members: list[Path]) -> dict[Path, str]:
    """Path to text of everything that is shipped."""
    return _sources(members)


@pytest.fixture(scope="session")
def test_modules() -> dict[Path, str]:
    return _sources([ROOT / "tests"])
