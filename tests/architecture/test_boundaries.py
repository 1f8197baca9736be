"""Who may import whom: the import-linter contracts, and what they cannot say."""

import ast
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SPEAKS_SQL = {"repository", "tables", "tables_base"}
SQL = {"sqlalchemy", "sqlmodel", "asyncpg"}
# What a signature may name without saying any SQL.
TYPES = {"AsyncSession", "Row"}


def imported(source: str) -> set[str]:
    """The top-level packages that a module imports directly."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def builds_statements(source: str) -> bool:
    """Whether a module imports anything of the SQL libraries beyond types for its signatures."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and {alias.name.partition(".")[0] for alias in node.names} & SQL:
            return True
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").partition(".")[0] in SQL
            and {alias.name for alias in node.names} - TYPES
        ):
            return True
    return False


def test_the_import_contracts_are_kept(root: Path) -> None:
    command = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run([command, "--no-cache"], cwd=root, capture_output=True, text=True, timeout=150)

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_contracts_import_pydantic_and_the_standard_library_only(modules: Mapping[Path, str]) -> None:
    allowed = {"pydantic", "event_contracts", *sys.stdlib_module_names}
    foreign = {
        f"{path}: {name}"
        for path, source in modules.items()
        if "event_contracts" in path.parts
        for name in imported(source) - allowed
    }

    assert foreign == set()


def test_only_the_kit_commits(modules: Mapping[Path, str]) -> None:
    committing = {
        str(path)
        for path, source in modules.items()
        if path.parts[0] == "services" and (".commit(" in source or ".rollback(" in source)
    }

    assert committing == set()


def test_sql_lives_in_repositories_and_tables(modules: Mapping[Path, str]) -> None:
    elsewhere = {
        str(path)
        for path, source in modules.items()
        if path.parts[0] == "services" and "migrations" not in path.parts
        if path.stem not in SPEAKS_SQL and builds_statements(source)
    }

    assert elsewhere == set()


def test_no_import_package_takes_the_name_of_a_folder(root: Path, members: Sequence[Path]) -> None:
    folders = {"shared", "services", "tests", "deploy"}
    packages = {package.name for member in members for package in member.iterdir() if package.is_dir()}

    assert not folders & packages
    assert not [folder for folder in folders if (root / folder / "__init__.py").exists()]


def test_every_member_ships_one_typed_package(members: Sequence[Path]) -> None:
    for member in members:
        packages = [folder for folder in member.iterdir() if (folder / "__init__.py").exists()]

        assert len(packages) == 1, f"{member} ships {packages}"
        assert (packages[0] / "py.typed").exists(), f"{packages[0]} is not marked as typed"
