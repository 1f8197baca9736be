"""The example on the wire-format page is a real event: what a reader copies is accepted."""

import re
from pathlib import Path

import pytest
from event_contracts import parse_event

PAGE = Path(__file__).parents[2] / "docs" / "wire-format.md"
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_page_has_an_example() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_parses(example: str) -> None:
    assert parse_event(example.encode()).type in example
