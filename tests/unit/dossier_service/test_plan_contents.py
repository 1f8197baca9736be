"""What a plan may hold, how two contents differ in words, and which versions somebody reads (A7, P3)."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from dossier_service.access.domain import Action, GrantState, Party, Section, decide
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.plans.domain import (
    LARGEST_NUMBER,
    MOST_BYTES,
    MOST_DIFFERENCES,
    MOST_LEVELS,
    Reach,
    checked_content,
    differences,
    reach_of,
    same,
)
from event_contracts.people import Right
from hypothesis import given
from hypothesis import strategies as st
from service_kit.errors import Invalid

PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "b", 0.5]))
JSON = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["a", "b", "c"]), inner)),
    max_leaves=12,
)


def nested(levels: int) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for _ in range(levels - 1):
        content = {"a": content}
    return content


GOOD: list[Any] = [
    {},
    {"retirement": {"age": 65, "early": False, "why": None, "goals": [1.5, "x", LARGEST_NUMBER]}},
    nested(MOST_LEVELS),
    {"a": "é" * ((MOST_BYTES - 8) // 2)},
]
BAD: list[tuple[Any, str, str]] = [
    ([], "content", "content_not_object"),
    (None, "content", "content_not_object"),
    (nested(MOST_LEVELS + 1), "content" + ".a" * MOST_LEVELS, "content_too_deep"),
    ({"a": "é" * (MOST_BYTES // 2)}, "content", "content_too_large"),
    ({"a": [1, float("nan")]}, "content.a.1", "number_out_of_range"),
    ({"a": float("-inf")}, "content.a", "number_out_of_range"),
    ({"a": LARGEST_NUMBER + 1}, "content.a", "number_out_of_range"),
    ({"a": -(10**400)}, "content.a", "number_out_of_range"),
    ({"a": {"b": "x\0"}}, "content.a.b", "control_characters"),
    ({"a": "\ud800"}, "content.a", "control_characters"),
    ({"a": {"\udfff": 1}}, "content.a", "control_characters"),
    ({"a" * 201: 1}, "content", "name_too_long"),
]


@pytest.mark.parametrize("content", GOOD, ids=range(len(GOOD)))
def test_a_plan_holds_any_json_object_of_bounded_size(content: Any) -> None:
    assert checked_content(content) is content


@pytest.mark.parametrize(("content", "field", "code"), BAD, ids=range(len(BAD)))
def test_p3_what_cannot_be_kept_names_its_place(content: Any, field: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_content(content)

    assert [(one.field, one.code, one.rule) for one in caught.value.fields] == [(field, code, "P3")]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ("1", 1, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": [1]}, {"a": [True]}, False),
        ({"a": None}, {}, False),
        ([1, 2], [2, 1], False),
    ],
)
def test_json_is_equal_by_value_and_true_is_not_one(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


DIFFERENT: list[tuple[Any, Any, list[tuple[str, str, str, Any, Any]]]] = [
    ({"age": 65}, {"age": 67}, [("/age", "age", "changed", 65, 67)]),
    ({}, {"retirementAge": None}, [("/retirementAge", "retirement age", "added", None, None)]),
    ({"a~b/c": 1}, {}, [("/a~0b~1c", "a~b/c", "removed", 1, None)]),
    ({"a": {"monthly_savings": 1}}, {"a": {"monthly_savings": True}}, [
        ("/a/monthly_savings", "a › monthly savings", "changed", 1, True)]),
    ({"goals": [{"IBAN": "x"}, 2]}, {"goals": [{"IBAN": "y"}, 2]}, [
        ("/goals/0/IBAN", "goals › 1 › IBAN", "changed", "x", "y")]),
    ({"goals": [1, 2, 3]}, {"goals": [0, 1, 2, 3]}, [("/goals/0", "goals › 1", "added", None, 0)]),
    ({"goals": [1, 2, 3]}, {"goals": [1, 3]}, [("/goals/1", "goals › 2", "removed", 2, None)]),
    ({"goals": [1, 2, 3]}, {"goals": [1, 4]}, [
        ("/goals/1", "goals › 2", "changed", 2, 4), ("/goals/2", "goals › 3", "removed", 3, None)]),
    ({"a": [1]}, {"a": {"b": 1}}, [("/a", "a", "changed", [1], {"b": 1})]),
    ({"a": 1.0}, {"a": 1}, []),
    ({"__": 1}, {"__": 2}, [("/__", "__", "changed", 1, 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_p3_where_two_contents_differ_in_words(before: Any, after: Any, expected: list[Any]) -> None:
    found = [(one.path, one.label, one.kind, one.before, one.after) for one in differences(before, after)]

    assert found == expected


@given(JSON, JSON)
def test_p3_there_is_a_difference_exactly_when_something_differs(before: Any, after: Any) -> None:
    found = differences(before, after)

    assert bool(found) is not same(before, after)
    assert len({(one.path, one.kind) for one in found}) == len(found)
    assert all(not same(one.before, one.after) for one in found if one.kind == "changed")
    json.dumps([one.label for one in found])


def test_a7_staff_read_everything(everybody: dict[str, Any]) -> None:
    for name in ("manager", "team"):
        standing = everybody[name]

        assert reach_of(standing, decide(standing, Section.PLANS, Action.READ)) == Reach(everything=True)


@pytest.mark.parametrize("name", ["holder", "co_holder", "family_read", "adviser_write", "client_write", "client_read"])
def test_a7_others_read_what_was_published_to_them(everybody: dict[str, Any], name: str) -> None:
    standing = everybody[name]

    reach = reach_of(standing, decide(standing, Section.PLANS, Action.READ))

    assert reach == Reach(everything=False, grants=(UUID(int=7),))


def test_a7_one_account_for_two_people_reads_what_either_was_given_and_no_offer_counts(
    standing_with: Any, grant_with: Any
) -> None:
    grants = (
        grant_with(role=PersonRole.HOLDER, right=Right.WRITE, grant_id=UUID(int=1)),
        grant_with(role=PersonRole.FAMILY, right=Right.READ, grant_id=UUID(int=2)),
        grant_with(state=GrantState.OFFERED, grant_id=UUID(int=3)),
    )
    standing = standing_with(grants=grants)

    reach = reach_of(standing, decide(standing, Section.PLANS, Action.READ))

    assert reach.grants == (UUID(int=1), UUID(int=2))


def test_a7_staff_who_also_hold_a_grant_read_everything(standing_with: Any, grant_with: Any) -> None:
    standing = replace(standing_with(party=Party.TEAM), grants=(grant_with(),))

    assert reach_of(standing, decide(standing, Section.PLANS, Action.READ)).everything


MANY = MOST_DIFFERENCES + 1
CROWDED: list[tuple[Any, Any, list[tuple[str, str]]]] = [
    ({"goals": [0] * MOST_DIFFERENCES}, {"goals": [1] * MOST_DIFFERENCES}, [("/goals/0", "changed")]),
    ({"goals": ["house"], "age": 1}, {"goals": [0] * MANY, "age": 2}, [("/goals", "changed"), ("/age", "changed")]),
    ({"a": {"b": [0] * MANY}}, {"a": {"b": [1] * MANY}}, [("/a", "changed")]),
    ({}, {str(name): 1 for name in range(MANY)}, [("", "changed")]),
]


@pytest.mark.parametrize(("before", "after", "expected"), CROWDED, ids=range(len(CROWDED)))
def test_p3_what_differs_everywhere_is_told_in_fewer_words(before: Any, after: Any, expected: Any) -> None:
    found = differences(before, after)

    assert len(found) <= MOST_DIFFERENCES
    assert [(one.path, one.kind) for one in found][: len(expected)] == expected
