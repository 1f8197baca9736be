"""What a plan may hold, how two versions differ in words, and which versions somebody reads (A7, P3); pure."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, NoReturn
from uuid import UUID

from service_kit.errors import FieldError, Invalid

from dossier_service.access.domain import Decision, GrantState, Limit, Standing

RULE = "P3"
MOST_BYTES = 256_000
MOST_LEVELS = 20
LONGEST_KEY = 200
MOST_DIFFERENCES = 500
"""In how many places two contents are told to differ; a short change could differ in a hundred thousand."""
LARGEST_NUMBER = 2**53 - 1
"""Beyond this, programs that read JSON disagree about the number (RFC 7493)."""

Json = Any
"""A JSON value as Python's json module reads it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which versions somebody reads: all of them as staff, else those published to who holds one of these grants."""

    everything: bool
    grants: tuple[UUID, ...] = ()


def reach_of(standing: Standing, decision: Decision) -> Reach:
    """How far an allowed reading goes. One account may stand for two people: it reads what either was given (A7)."""
    if decision.limit is not Limit.PUBLISHED:
        return Reach(everything=True)
    active = (grant.grant_id for grant in standing.grants if grant.state is GrantState.ACTIVE)
    return Reach(everything=False, grants=tuple(active))


def checked_content(value: Json, *, field: str = "content") -> dict[str, Json]:
    """A plan's content: a JSON object of bounded size and depth, whose texts and numbers every program reads alike."""
    if not isinstance(value, dict):
        _refuse(field, "content_not_object", "A plan's content is a JSON object.")
    check_json(value, field=field)
    return value


def check_json(value: Json, *, field: str) -> None:
    """Invalid that names the place of the first value that cannot be kept."""
    _check(value, field, 1)
    if size_of(value) > MOST_BYTES:
        _refuse(field, "content_too_large", f"This takes more than {MOST_BYTES} bytes as JSON.")


def size_of(value: Json) -> int:
    """How many bytes a value takes as JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _check(value: Json, field: str, level: int) -> None:
    if level > MOST_LEVELS:
        _refuse(field, "content_too_deep", f"More than {MOST_LEVELS} levels of objects and lists.")
    match value:
        case str():
            _check_text(value, field)
        case int() | float() if not isinstance(value, bool):
            if abs(value) > LARGEST_NUMBER or not math.isfinite(value):
                _refuse(field, "number_out_of_range", f"A number is between -{LARGEST_NUMBER} and {LARGEST_NUMBER}.")
        case dict():
            for key, inner in value.items():
                if len(key) > LONGEST_KEY:
                    _refuse(field, "name_too_long", f"A name has at most {LONGEST_KEY} characters.")
                _check_text(key, field)
                _check(inner, f"{field}.{key}", level + 1)
        case list():
            for place, inner in enumerate(value):
                _check(inner, f"{field}.{place}", level + 1)


def _check_text(text: str, field: str) -> None:
    # What the database cannot hold: U+0000, and halves of surrogate pairs.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        _refuse(field, "control_characters", "Texts hold no U+0000 and no half of a surrogate pair.")


def _refuse(field: str, code: str, detail: str) -> NoReturn:
    raise Invalid(code, detail, rule=RULE, fields=(FieldError(field, code, detail, RULE),))


def same(one: Json, other: Json) -> bool:
    """Equality of JSON: numbers by value, and `true` is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


class DifferenceKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two contents differ: its JSON Pointer, the same in words, and both values."""

    path: str
    label: str
    kind: DifferenceKind
    before: Json = None
    after: Json = None


def differences(before: Json, after: Json) -> tuple[Difference, ...]:
    """Where two contents differ, as deep inside as it can be told; lists are told apart from their ends inwards.

    What differs in too many places is told by the plan's own members, or as one.
    """
    for levels in (MOST_LEVELS, 1):
        found = tuple(islice(_differences(before, after, (), levels), MOST_DIFFERENCES + 1))
        if len(found) <= MOST_DIFFERENCES:
            return found
    return (_difference((), DifferenceKind.CHANGED, before=before, after=after),)


_Place = tuple[str | int, ...]


def _differences(before: Json, after: Json, place: _Place, levels: int) -> Iterator[Difference]:
    if same(before, after):
        return
    if levels and isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            if key not in after:
                yield _difference((*place, key), DifferenceKind.REMOVED, before=before[key])
            elif key not in before:
                yield _difference((*place, key), DifferenceKind.ADDED, after=after[key])
            else:
                yield from _differences(before[key], after[key], (*place, key), levels - 1)
    elif levels and isinstance(before, list) and isinstance(after, list):
        yield from _list_differences(before, after, place, levels)
    else:
        yield _difference(place, DifferenceKind.CHANGED, before=before, after=after)


def _list_differences(before: list[Json], after: list[Json], place: _Place, levels: int) -> Iterator[Difference]:
    shorter = min(len(before), len(after))
    start = next((index for index in range(shorter) if not same(before[index], after[index])), shorter)
    most = shorter - start
    end = next((index for index in range(most) if not same(before[-1 - index], after[-1 - index])), most)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for index, (one, other) in enumerate(zip(old, new, strict=False), start):
        yield from _differences(one, other, (*place, index), levels - 1)
    for index, one in enumerate(old[len(new) :], start + len(new)):
        yield _difference((*place, index), DifferenceKind.REMOVED, before=one)
    for index, other in enumerate(new[len(old) :], start + len(old)):
        yield _difference((*place, index), DifferenceKind.ADDED, after=other)


def _difference(place: _Place, kind: DifferenceKind, *, before: Json = None, after: Json = None) -> Difference:
    return Difference(pointer(place), label(place), kind, before, after)


def pointer(place: _Place) -> str:
    """The JSON Pointer of a place (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def label(place: _Place) -> str:
    """A place in words: `retirementAge` is "retirement age", the first of a list is 1."""
    return " › ".join(str(part + 1) if isinstance(part, int) else _words(part) for part in place) or "plan"


_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s_-]+")


def _words(name: str) -> str:
    words = (word for word in _BETWEEN_WORDS.split(name) if word)
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words) or name
