"""Which places in a family tree contradict each other: circles, two couples, a holder who is somebody's child."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from dossier_service.dossiers.people.domain import (
    PersonRole,
    Relationship,
    Relative,
    latest_day,
    why_misplaced,
    why_two_couples,
)

HOLDER, CO_HOLDER, FAMILY = PersonRole.HOLDER, PersonRole.CO_HOLDER, PersonRole.FAMILY
SPOUSE, PARTNER, FORMER, CHILD = (
    Relationship.SPOUSE,
    Relationship.PARTNER,
    Relationship.FORMER_SPOUSE,
    Relationship.CHILD,
)
PARENT, GRANDPARENT = Relationship.PARENT, Relationship.GRANDPARENT
H, A, B, C, D = (UUID(int=number) for number in range(1, 6))
NOBODY_KNOWN = UUID(int=99)
ROOT = Relative(H, HOLDER)


def one(
    who: UUID,
    relationship: Relationship | None = CHILD,
    to: UUID | None = None,
    role: PersonRole = FAMILY,
    *,
    deceased: bool = False,
) -> Relative:
    return Relative(who, role, relationship, to, deceased)


def wrong(person: Relative, *others: Relative) -> tuple[str, str] | None:
    found = why_misplaced(person, others)
    return (found.field, found.code) if found else None


CIRCLE = ("related_to", "relations_circular")
TWO = ("relationship", "two_couples")

TREES: list[tuple[str, Relative, tuple[Relative, ...], tuple[str, str] | None]] = [
    ("a child of the holder", one(A), (ROOT,), None),
    ("a grandchild by way of a child", one(B, CHILD, A), (ROOT, one(A)), None),
    ("a child's spouse", one(B, SPOUSE, A), (ROOT, one(A)), None),
    ("the holder's spouse is the co-holder", one(A, SPOUSE, None, CO_HOLDER), (ROOT,), None),
    ("a co-holder without a relationship", one(A, None, None, CO_HOLDER), (ROOT,), None),
    ("a child of the co-holder", one(B, CHILD, A), (ROOT, one(A, SPOUSE, None, CO_HOLDER)), None),
    ("family in a dossier without a holder", one(A), (), None),
    ("family without a relationship", one(A, None), (ROOT,), ("relationship", "relationship_missing")),
    ("a holder who is a child", one(H, CHILD, None, HOLDER), (), ("relationship", "relationship_of_holder")),
    (
        "a holder related to his child",
        one(H, None, A, HOLDER),
        (one(A),),
        ("related_to", "holder_is_related_to_nobody"),
    ),
    (
        "related to somebody outside the tree",
        one(A, CHILD, NOBODY_KNOWN),
        (ROOT,),
        ("related_to", "related_to_unknown"),
    ),
    ("related to oneself", one(A, CHILD, A), (ROOT, one(A)), ("related_to", "related_to_unknown")),
    ("a child of one's own child", one(A, CHILD, B), (ROOT, one(B, CHILD, A)), CIRCLE),
    ("a parent of one's own parent", one(A, PARENT, B), (ROOT, one(B, PARENT, A)), CIRCLE),
    ("a grandparent both ways", one(A, GRANDPARENT, B), (ROOT, one(B, GRANDPARENT, A)), CIRCLE),
    ("a child of a spouse who is a spouse", one(A, CHILD, B), (ROOT, one(B, SPOUSE, A)), CIRCLE),
    ("a circle of three", one(A, CHILD, B), (ROOT, one(B, CHILD, C), one(C, CHILD, A)), CIRCLE),
    ("a circle of others one walks into", one(A, CHILD, B), (ROOT, one(B, CHILD, C), one(C, CHILD, B)), CIRCLE),
    ("a second spouse of the holder", one(B, SPOUSE), (ROOT, one(A, SPOUSE, None, CO_HOLDER)), TWO),
    ("a partner beside a spouse", one(B, PARTNER, H), (ROOT, one(A, SPOUSE)), TWO),
    ("a second spouse of a child", one(C, SPOUSE, A), (ROOT, one(A), one(B, PARTNER, A)), TWO),
    ("the spouse of somebody's spouse", one(B, SPOUSE, A), (ROOT, one(A, SPOUSE)), TWO),
    ("the spouse of two", one(B, SPOUSE, A), (ROOT, one(A), one(C), one(D, SPOUSE, B)), TWO),
    ("a spouse after a former spouse", one(B, SPOUSE), (ROOT, one(A, FORMER)), None),
    ("two former spouses", one(B, FORMER), (ROOT, one(A, FORMER)), None),
    ("a spouse after one who died", one(B, SPOUSE), (ROOT, one(A, SPOUSE, deceased=True)), None),
    ("a spouse who died beside a new one", one(B, SPOUSE, deceased=True), (ROOT, one(A, SPOUSE)), None),
    ("two couples in one tree", one(D, SPOUSE, A), (ROOT, one(A), one(B, SPOUSE)), None),
    ("two spouses of a holder not yet entered", one(B, SPOUSE), (one(A, SPOUSE),), TWO),
    (
        "a holder entered who has a spouse already",
        one(C, None, None, HOLDER),
        (one(A, SPOUSE), one(B, SPOUSE, C)),
        TWO,
    ),
    ("the same person as before", one(A, SPOUSE), (ROOT, one(A, SPOUSE)), None),
]


@pytest.mark.parametrize(
    ("person", "others", "expected"), [tree[1:] for tree in TREES], ids=[tree[0] for tree in TREES]
)
def test_nobody_has_a_place_that_contradicts_the_tree(
    person: Relative, others: tuple[Relative, ...], expected: tuple[str, str] | None
) -> None:
    assert wrong(person, *others) == expected


def test_who_comes_back_to_life_finds_no_second_spouse_beside_them() -> None:
    revived = one(A, SPOUSE)

    assert why_two_couples(revived, (ROOT, one(B, SPOUSE))) is not None
    assert why_two_couples(revived, (ROOT, one(B, FORMER))) is None


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 22, 9, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 10, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_the_latest_day_is_the_one_it_is_furthest_east(now: datetime, day: date) -> None:
    assert latest_day(now) == day
