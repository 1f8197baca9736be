"""Small files and small functions: what cannot be read at one sitting is split."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

MODULE_LINES = 300
TEST_FILE_LINES = 400
FUNCTION_LINES = 40


def shipped_by_hand(modules: Mapping[Path, str]) -> dict[Path, str]:
    """Migrations are excluded: they list tables and are never edited again."""
    return {path: source for path, source in modules.items() if path.parent.name != "versions"}


def longer_than(limit: int, modules: Mapping[Path, str]) -> dict[str, int]:
    lengths = {str(path): len(source.splitlines()) for path, source in modules.items()}
    return {name: length for name, length in lengths.items() if length > limit}


def function_lengths(path: Path, source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_passes_its_ceiling(modules: Mapping[Path, str]) -> None:
    assert longer_than(MODULE_LINES, shipped_by_hand(modules)) == {}


def test_no_test_file_passes_its_ceiling(test_modules: Mapping[Path, str]) -> None:
    assert longer_than(TEST_FILE_LINES, test_modules) == {}


def test_no_function_passes_its_ceiling(modules: Mapping[Path, str]) -> None:
    long_ones = {
        name: lines
        for path, source in shipped_by_hand(modules).items()
        for name, lines in function_lengths(path, source)
        if lines > FUNCTION_LINES
    }

    assert long_ones == {}


def test_every_module_opens_with_its_job(modules: Mapping[Path, str], test_modules: Mapping[Path, str]) -> None:
    every = {**modules, **test_modules}

    assert [str(path) for path, source in every.items() if not ast.get_docstring(ast.parse(source))] == []


def test_nothing_is_left_for_later(modules: Mapping[Path, str]) -> None:
    marks = ("TODO", "FIXME", "XXX")

    assert [f"{path}: {mark}" for path, source in modules.items() for mark in marks if mark in source] == []
