"""What goes into a tool and comes out of it: JSON objects of any shape, bounded and fit to be kept. Pure."""

import json
import math
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from service_kit.errors import FieldError

DEEPEST = 8
LARGEST = 64 * 1024
"""Characters of the object as compact JSON, with every number written out as the database does."""


def why_not_kept(value: dict[str, Any], *, field: str) -> tuple[FieldError, ...]:
    """The first thing that is wrong with an object: too deep, too large, no number, or characters nobody can keep."""
    for depth, part in _parts(value):
        if depth > DEEPEST:
            return (FieldError(field, "too_deep", f"Nested deeper than {DEEPEST} levels."),)
        if isinstance(part, float) and not math.isfinite(part):
            return (FieldError(field, "not_finite", "NaN and infinity are no numbers of JSON."),)
        if isinstance(part, str) and _is_unkeepable(part):
            return (FieldError(field, "control_characters", "Control characters are not allowed."),)
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) + _hidden_digits(value) > LARGEST:
        return (FieldError(field, "too_large", f"More than {LARGEST} characters of JSON."),)
    return ()


def _parts(value: Any) -> Iterator[tuple[int, Any]]:
    """Every key and value with its depth; nothing below what is too deep is looked at."""
    waiting = [(1, value)]
    while waiting:
        depth, part = waiting.pop()
        yield depth, part
        if isinstance(part, dict):
            waiting += [(depth, key) for key in part]
            waiting += [(depth + 1, inner) for inner in part.values()]
        elif isinstance(part, list):
            waiting += [(depth + 1, inner) for inner in part]


def _hidden_digits(value: dict[str, Any]) -> int:
    """How many characters longer the numbers are when they are written out: 1e308 is a one and 308 zeros."""
    numbers = [part for _, part in _parts(value) if isinstance(part, float)]
    return sum(len(format(Decimal(repr(number)), "f")) - len(repr(number)) for number in numbers)


def _is_unkeepable(text: str) -> bool:
    return any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n\r" for char in text)
