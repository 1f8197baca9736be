"""What a client's change makes of a plan: patched, merged where the plan moved on, settled once (P3)."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from dossier_service.access.domain import Refusal
from dossier_service.plans.changes.domain import (
    MOST_CLASHES,
    MOST_WAITING,
    ChangeKind,
    ChangeState,
    Settling,
    checked_change,
    merge_patch,
    merged,
    next_state,
    wanted_by,
    why_not_submit,
    why_not_withdraw,
)
from dossier_service.plans.domain import MOST_BYTES, same
from hypothesis import given
from hypothesis import strategies as st
from service_kit.errors import Invalid

MERGE, OPERATIONS = ChangeKind.MERGE_PATCH, ChangeKind.JSON_PATCH
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 2), st.sampled_from(["x", "y"])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["a", "b"]), inner)),
    max_leaves=6,
)
CONTENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES)
PATHS = st.sampled_from(
    ["", "/", "/a", "/b", "/a/b", "/a/0", "/b/-", "/c/01", "/a/b/0", "/b/-1", "/a/9", "/~0", "/c/a"]
)
PATCHES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"op": st.sampled_from(["add", "replace", "test"]), "path": PATHS, "value": VALUES}),
        st.fixed_dictionaries({"op": st.just("remove"), "path": PATHS}),
        st.fixed_dictionaries({"op": st.sampled_from(["move", "copy"]), "path": PATHS, "from": PATHS}),
    ),
    max_size=4,
)

# The examples of RFC 7396, appendix A.
RFC_7396: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396, ids=range(len(RFC_7396)))
def test_p3_a_merge_patch_does_what_rfc_7396_says(target: Any, patch: Any, result: Any) -> None:
    before = deepcopy(target)

    assert same(merge_patch(target, patch), result)
    assert target == before


PLAN = {"retirement": {"age": 65, "sure": True}, "goals": ["house", "boat"]}
PATCHED: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([{"op": "replace", "path": "/retirement/age", "value": 67}], {**PLAN, "retirement": {"age": 67, "sure": True}}),
    ([{"op": "add", "path": "/goals/0", "value": "car"}], {**PLAN, "goals": ["car", "house", "boat"]}),
    ([{"op": "add", "path": "/goals/-", "value": None}], {**PLAN, "goals": ["house", "boat", None]}),
    ([{"op": "remove", "path": "/retirement"}], {"goals": ["house", "boat"]}),
    ([{"op": "move", "from": "/goals/0", "path": "/dream"}], {**PLAN, "goals": ["boat"], "dream": "house"}),
    ([{"op": "copy", "from": "/goals", "path": "/old"}], {**PLAN, "old": ["house", "boat"]}),
    ([{"op": "test", "path": "/retirement/sure", "value": True}, {"op": "replace", "path": "", "value": {}}], {}),
]


@pytest.mark.parametrize(("patch", "result"), PATCHED, ids=range(len(PATCHED)))
def test_p3_a_json_patch_does_what_rfc_6902_says(patch: Any, result: Any) -> None:
    before, sent = deepcopy(PLAN), deepcopy(patch)

    assert same(checked_change(OPERATIONS, patch, PLAN), result)
    assert (before, sent) == (PLAN, patch)


WRONG: list[tuple[ChangeKind, Any, str, str]] = [
    (OPERATIONS, [{"op": "remove", "path": "/nothing"}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "replace", "path": "/goals/2", "value": 1}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "add", "path": "/goals/01", "value": 1}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "add", "path": "/a/b/c", "value": 1}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "test", "path": "/retirement/sure", "value": 1}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "add", "path": "/x", "value": 1}, {"op": "copy", "from": "/y", "path": "/z"}],
     "json_patch.1", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "move", "from": "/retirement", "path": "/retirement/age"}],
     "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "copy", "from": "/goals/-", "path": "/a"}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "move", "from": "/goals/-", "path": "/a"}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "remove", "path": "/goals/-"}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "test", "path": "/goals/-", "value": 1}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "remove", "path": ""}], "json_patch.0", "patch_does_not_apply"),
    (OPERATIONS, [{"op": "replace", "path": "", "value": [1]}], "json_patch", "content_not_object"),
    (OPERATIONS, [{"op": "add", "path": "/a" * 21, "value": 1}], "json_patch.0", "content_too_deep"),
    (OPERATIONS, [{"op": "add", "path": "/a", "value": "x\0"}], "json_patch.0.value", "control_characters"),
    (OPERATIONS, [], "json_patch", "changes_nothing"),
    (OPERATIONS, [{"op": "test", "path": "/retirement/age", "value": 65}], "json_patch", "changes_nothing"),
    (OPERATIONS, [{"op": "copy", "from": "", "path": "/a"}] * 30,
     "json_patch.18" + ".a" * 18 + ".retirement.age", "content_too_deep"),
    (MERGE, [1], "merge_patch", "patch_does_not_apply"),
    (MERGE, {}, "merge_patch", "changes_nothing"),
    (MERGE, {"retirement": {"age": 65.0}, "nothing": None}, "merge_patch", "changes_nothing"),
    (MERGE, {"a": float("inf")}, "merge_patch.a", "number_out_of_range"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "patch", "field", "code"), WRONG, ids=range(len(WRONG)))
def test_p3_what_does_not_apply_names_the_operation(kind: ChangeKind, patch: Any, field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_change(kind, patch, PLAN)

    assert (caught.value.code, caught.value.rule) == (code, "P3")
    assert [one.field for one in caught.value.fields] == [field]


def test_p3_a_refusal_says_which_place_of_the_plan() -> None:
    with pytest.raises(Invalid, match="remove does not apply to this version at /goals/7"):
        checked_change(OPERATIONS, [{"op": "remove", "path": "/goals/7"}], PLAN)


def test_p3_a_short_patch_does_not_make_a_huge_plan() -> None:
    doubling = [{"op": "copy", "from": "/goals", "path": f"/goals/{place}"} for place in range(40)]
    big = {"text": "x" * (MOST_BYTES // 3)}
    copies = [{"op": "copy", "from": "/text", "path": f"/copy{number}"} for number in range(200)]

    with pytest.raises(Invalid):
        checked_change(OPERATIONS, doubling, {"goals": [1]})
    with pytest.raises(Invalid, match="copied and moved"):
        checked_change(OPERATIONS, copies, big)


@given(CONTENTS, PATCHES)
def test_p3_any_patch_applies_or_is_refused_in_words(base: dict[str, Any], patch: list[dict[str, Any]]) -> None:
    before = deepcopy((base, patch))

    with suppress(Invalid):
        checked_change(OPERATIONS, patch, base)

    assert (base, patch) == before


# base, the plan now, the change, the plan afterwards or where they clash
MERGED: list[tuple[Any, Any, Any, Any, list[str]]] = [
    ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, []),
    ({"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 2}, {"a": 2, "b": 2}, []),
    ({"a": 1}, {"a": 1, "n": 1}, {"a": None}, {"n": 1}, []),
    ({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}, []),
    ({"a": 1}, {}, {"a": None}, {}, []),
    ({"a": {"x": 1, "y": 1}}, {"a": {"x": 2, "y": 1}}, {"a": {"y": 3}}, {"a": {"x": 2, "y": 3}}, []),
    ({"a": [1]}, {"a": [1], "b": 0}, {"a": [1, 2]}, {"a": [1, 2], "b": 0}, []),
    ({"a": 1}, {"a": 2}, {"a": 3}, None, ["/a"]),
    ({"a": 1}, {"a": True}, {"a": 3}, None, ["/a"]),
    ({"a": 1}, {}, {"a": 3}, None, ["/a"]),
    ({}, {"n": 1}, {"n": 2}, None, ["/n"]),
    ({"a": {"x": 1}}, {}, {"a": {"x": 2}}, None, ["/a"]),
    ({"a": [1, 2]}, {"a": [0, 1, 2]}, {"a": [1, 3]}, None, ["/a"]),
    ({"a": {"x": 1, "y": 1}, "b": 1}, {"a": {"x": 2, "y": 2}, "b": 1}, {"a": {"x": 3, "y": 3}, "b": 2}, None,
     ["/a/x", "/a/y"]),
]  # fmt: skip


@pytest.mark.parametrize(("base", "now", "patch", "result", "clashes"), MERGED, ids=range(len(MERGED)))
def test_p3_a_change_is_applied_unless_the_plan_moved_on_in_the_same_place(
    base: Any, now: Any, patch: Any, result: Any, clashes: list[str]
) -> None:
    found = merged(MERGE, patch, base, now)

    assert [clash.path for clash in found.clashes] == clashes
    if not clashes:
        assert same(found.content, result)


def test_p3_what_a_patch_tested_must_still_be_so() -> None:
    patch = [{"op": "test", "path": "/age", "value": 65}, {"op": "replace", "path": "/rent", "value": 2}]

    still = merged(OPERATIONS, patch, {"age": 65, "rent": 1}, {"age": 65, "rent": 1, "new": 1})
    moved = merged(OPERATIONS, patch, {"age": 65, "rent": 1}, {"age": 67, "rent": 1})
    gone = merged(OPERATIONS, patch, {"age": 65, "rent": 1}, {"rent": 1})

    assert (still.content, still.clashes) == ({"age": 65, "rent": 2, "new": 1}, ())
    assert [clash.path for clash in moved.clashes] == ["/age"]
    assert [clash.label for clash in gone.clashes] == ["age"]


@given(CONTENTS, CONTENTS)
def test_p3_a_plan_that_did_not_move_on_takes_every_change(base: dict[str, Any], patch: dict[str, Any]) -> None:
    found = merged(MERGE, patch, base, base)

    assert not found.clashes
    assert same(found.content, wanted_by(MERGE, patch, base))


@given(CONTENTS, CONTENTS, CONTENTS)
def test_p3_without_a_clash_both_sides_are_in_the_result(
    base: dict[str, Any], now: dict[str, Any], patch: dict[str, Any]
) -> None:
    wanted = wanted_by(MERGE, patch, base)
    found = merged(MERGE, patch, base, now)

    if not found.clashes:
        for name in {*base, *now, *wanted}:
            sides = [side.get(name, ...) for side in (base, now, wanted, found.content)]
            if same(sides[0], sides[1]):
                assert same(sides[3], sides[2])
            if same(sides[0], sides[2]):
                assert same(sides[3], sides[1])


@pytest.mark.parametrize("settling", list(Settling))
@pytest.mark.parametrize("state", list(ChangeState))
def test_p3_a_change_is_settled_once(state: ChangeState, settling: Settling) -> None:
    word = {"apply": "applied", "reject": "rejected", "withdraw": "withdrawn"}[settling]

    following = next_state(state, settling)

    if state in {"submitted", word}:
        assert following == word
    else:
        assert isinstance(following, Refusal)
        assert (following.kind, following.code, following.rule) == ("conflict", "change_settled", "P3")


def test_p3_who_may_take_back_and_how_many_may_wait() -> None:
    refusals = [why_not_withdraw(is_submitter=False), why_not_submit(MOST_WAITING)]

    assert [(one.code, one.rule) for one in refusals if one] == [("not_submitter", "P3"), ("too_many_waiting", "P3")]
    assert why_not_withdraw(is_submitter=True) is None
    assert why_not_submit(MOST_WAITING - 1) is None


def deepening() -> list[dict[str, Any]]:
    """Operations that move a value, again and again, to the end of a new long path."""
    nest: Any = 0
    for _ in range(17):
        nest = {"a": nest}
    patch: list[dict[str, Any]] = [{"op": "add", "path": "/x", "value": nest}]
    for here, there in ("xy", "yx") * 47:
        patch.append({"op": "add", "path": f"/{there}", "value": nest})
        patch.append({"op": "move", "from": f"/{here}", "path": f"/{there}" + "/a" * 17})
    return patch


@pytest.mark.parametrize("last", [{"op": "test", "path": "/x", "value": 1}, {"op": "remove", "path": "/x/q/z"}])
def test_p3_moves_do_not_make_a_bottomless_plan(last: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        checked_change(OPERATIONS, [*deepening(), last], PLAN)

    assert caught.value.code == "content_too_deep"


def test_p3_moves_may_not_go_round_with_a_big_plan() -> None:
    big = {"a": "x" * (MOST_BYTES // 3)}
    rounds = [{"op": "move", "from": f"/{here}", "path": f"/{there}"} for here, there in ("ab", "ba") * 50]

    with pytest.raises(Invalid, match="copied and moved"):
        checked_change(OPERATIONS, rounds, big)


def test_p3_a_place_that_is_tested_often_is_compared_once() -> None:
    big = {"big": [0] * (MOST_BYTES // 3), "rent": 1}
    patch: list[dict[str, Any]] = [{"op": "replace", "path": "/big", "value": 1}]
    patch += [{"op": "test", "path": "/big", "value": 1}] * 199

    found = merged(OPERATIONS, patch, big, {**big, "big": [1]})

    assert [clash.path for clash in found.clashes] == ["/big"]


def test_p3_of_many_clashes_some_are_named() -> None:
    base, now, wanted = ({str(name): value for name in range(1000)} for value in range(3))

    found = merged(MERGE, wanted, base, now)

    assert len(found.clashes) == MOST_CLASHES
