"""What a client's change does to a plan: patched, merged into a plan that moved on, settled once (P3); pure."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import EndOfList, JsonPointer, JsonPointerException
from service_kit.errors import FieldError, Invalid

from dossier_service.access.domain import Refusal
from dossier_service.plans.domain import (
    MOST_BYTES,
    MOST_LEVELS,
    RULE,
    Json,
    check_json,
    checked_content,
    label,
    pointer,
    same,
    size_of,
)

MOST_OPERATIONS = 200
MOST_CLASHES = 100
"""How many clashes are named; one is enough to stand in the way."""
MOST_WAITING = 20
"""How many changes of one person may wait for one plan."""


class ChangeKind(StrEnum):
    """How a change is written: JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902)."""

    MERGE_PATCH = "merge_patch"
    JSON_PATCH = "json_patch"


class ChangeState(StrEnum):
    """The life of a change: submitted, then one of the others for good."""

    SUBMITTED = "submitted"
    APPLIED = "applied"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Settling(StrEnum):
    """What ends a change's waiting: staff apply or reject it, its submitter takes it back."""

    APPLY = "apply"
    REJECT = "reject"
    WITHDRAW = "withdraw"


_SETTLED: Mapping[Settling, ChangeState] = MappingProxyType(
    {
        Settling.APPLY: ChangeState.APPLIED,
        Settling.REJECT: ChangeState.REJECTED,
        Settling.WITHDRAW: ChangeState.WITHDRAWN,
    }
)
_ENOUGH_WAITING = Refusal(
    "conflict", "too_many_waiting", "P3", f"{MOST_WAITING} changes of yours wait for this plan already"
)
_NOT_YOURS = Refusal("forbidden", "not_submitter", "P3", "only who submitted a change takes it back")


def next_state(state: ChangeState, settling: Settling) -> ChangeState | Refusal:
    """The state a change takes; the same word once more changes nothing, another one comes too late (P3)."""
    following = _SETTLED[settling]
    if state in {ChangeState.SUBMITTED, following}:
        return following
    return Refusal("conflict", "change_settled", "P3", f"a change that is {state} cannot be {following}")


def why_not_submit(waiting: int) -> Refusal | None:
    """Somebody whose changes nobody looks at does not pile up more of them."""
    return _ENOUGH_WAITING if waiting >= MOST_WAITING else None


def why_not_withdraw(*, is_submitter: bool) -> Refusal | None:
    """The manager rejects with a reason; taking back is the submitter's own (P3)."""
    return None if is_submitter else _NOT_YOURS


def checked_change(kind: ChangeKind, patch: Json, base: dict[str, Json]) -> dict[str, Json]:
    """The content a submitted change asks for; Invalid when it does not apply to its version, or changes nothing."""
    check_json(patch, field=kind)
    wanted = wanted_by(kind, patch, base)
    if same(wanted, base):
        raise _invalid(kind, "changes_nothing", "This leaves the plan as it is.")
    return wanted


def wanted_by(kind: ChangeKind, patch: Json, base: dict[str, Json]) -> dict[str, Json]:
    """The content a change makes of the version it was written for."""
    if kind is ChangeKind.MERGE_PATCH:
        if not isinstance(patch, dict):
            raise _invalid(kind, "patch_does_not_apply", "A merge patch for a plan is a JSON object.")
        return checked_content(merge_patch(base, patch), field=kind)
    return checked_content(_json_patch(base, patch), field=kind)


def merge_patch(target: Json, patch: Json) -> Json:
    """RFC 7396, section 2, word for word: null takes a member out, an object goes inside, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def _json_patch(base: dict[str, Json], operations: Sequence[Mapping[str, Json]]) -> Json:
    """RFC 6902, operation by operation, so that a refusal names the first that does not apply."""
    content: Json = deepcopy(base)
    carried = 0
    for place, operation in enumerate(operations):
        field = f"{ChangeKind.JSON_PATCH}.{place}"
        try:
            _check_levels(operation["path"], field)
            if operation["op"] in {"copy", "move"}:
                # A short patch could copy its copies, and move its moves, into a plan of any size and depth.
                carried += _size_of_source(content, operation, field)
                if carried > MOST_BYTES:
                    detail = f"All that is copied and moved takes more than {MOST_BYTES} bytes together."
                    raise _invalid(field, "content_too_large", detail)
            content = JsonPatch([dict(operation)]).apply(content, in_place=True)
        except (JsonPatchException, JsonPointerException) as error:
            path = str(operation["path"])[:200] or "the whole plan"
            detail = f"{operation['op']} does not apply to this version at {path}."
            raise _invalid(field, "patch_does_not_apply", detail) from error
    return content


def _check_levels(path: str, field: str) -> None:
    if len(JsonPointer(path).parts) > MOST_LEVELS:
        raise _invalid(field, "content_too_deep", f"A path leads through at most {MOST_LEVELS} levels.")


def _size_of_source(content: Json, operation: Mapping[str, Json], field: str) -> int:
    source = JsonPointer(operation["from"]).resolve(content)
    if isinstance(source, EndOfList):
        raise JsonPointerException("nothing is after the last of a list")
    check_json(source, field=field)
    return size_of(source)


def _invalid(field: str, code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule=RULE, fields=(FieldError(field, code, detail, RULE),))


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that the plan and the change both changed since the change's version, and differently."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A change brought into the plan as it is now; with clashes it cannot be applied."""

    content: dict[str, Json]
    clashes: tuple[Clash, ...]


class _Absent:
    """A member that is not there, which is not the same as one that is null."""


_ABSENT: Final = _Absent()
_Place = tuple[str | int, ...]


def merged(kind: ChangeKind, patch: Json, base: dict[str, Json], current: dict[str, Json]) -> Merged:
    """A change of version `base` in the plan as it is now: what only one side changed is kept, else it is a clash.

    A list counts as one value: its places mean something else once it grew. What a JSON Patch tests must still be so.
    """
    clashes: list[Clash] = []
    content = _merge(base, current, wanted_by(kind, patch, base), (), clashes)
    if kind is ChangeKind.JSON_PATCH:
        found = {clash.path for clash in clashes}
        clashes += [clash for clash in _failed_tests(patch, base, current) if clash.path not in found]
    return Merged(content, tuple(clashes))


def _merge(base: Json, current: Json, wanted: Json, place: _Place, clashes: list[Clash]) -> Json:
    if _equal(wanted, base) or _equal(wanted, current):
        return current
    if _equal(current, base):
        return wanted
    if isinstance(base, dict) and isinstance(current, dict) and isinstance(wanted, dict):
        result = {}
        for name in {**current, **wanted}:
            before, now, then = (side.get(name, _ABSENT) for side in (base, current, wanted))
            value = _merge(before, now, then, (*place, name), clashes)
            if value is not _ABSENT:
                result[name] = value
        return result
    if len(clashes) < MOST_CLASHES:
        clashes.append(Clash(pointer(place), label(place)))
    return current


def _equal(one: Json, other: Json) -> bool:
    if one is _ABSENT or other is _ABSENT:
        return one is other
    return same(one, other)


def _failed_tests(patch: Sequence[Mapping[str, Json]], base: Json, current: Json) -> list[Clash]:
    """What the change tested in its version, and what has become something else since."""
    paths = dict.fromkeys(operation["path"] for operation in patch if operation["op"] == "test")
    return [
        Clash(tested.path, label(tuple(tested.parts)))
        for tested in map(JsonPointer, paths)
        if not _equal(tested.resolve(base, _ABSENT), tested.resolve(current, _ABSENT))
    ]
