"""Who the people of a dossier are: their roles, kinds and relationships, pure and free of any framework."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID


class PersonRole(StrEnum):
    """What a person is in the dossier [001]; there is one holder and at most one co-holder.

    The tree holds holder, co-holder and family. An adviser is registered in the dossier (A6); a contact of the client
    company has the fixed role `client` (A9, K2).
    """

    HOLDER = "holder"
    CO_HOLDER = "co_holder"
    FAMILY = "family"
    ADVISER = "adviser"
    CLIENT = "client"


TREE_ROLES = frozenset({PersonRole.HOLDER, PersonRole.CO_HOLDER, PersonRole.FAMILY})
"""The roles of the family tree."""

CENTRAL_ROLES = frozenset({PersonRole.HOLDER, PersonRole.CO_HOLDER})
"""The central persons of a dossier: their access, once granted, is never withdrawn (A5)."""


def needs_phone(role: PersonRole) -> bool:
    """Whether e-mail and phone are both needed for access (A3): of a company's contact a phone is optional (K1, K2)."""
    return role is not PersonRole.CLIENT


class AdviserKind(StrEnum):
    """What an outside adviser does (A6)."""

    BANKER = "banker"
    NOTARY = "notary"
    LAWYER = "lawyer"
    ACCOUNTANT = "accountant"
    INSURER = "insurer"
    OTHER = "other"


class EnteredBy(StrEnum):
    """As whom somebody entered a person: holders grant only to those whom staff or a holder entered (A2)."""

    STAFF = "staff"
    HOLDER = "holder"
    FAMILY = "family"
    ADVISER = "adviser"


class Relationship(StrEnum):
    """What a person is to the person they are related to, the holder unless another is named."""

    SPOUSE = "spouse"
    PARTNER = "partner"
    FORMER_SPOUSE = "former_spouse"
    CHILD = "child"
    STEPCHILD = "stepchild"
    PARENT = "parent"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    OTHER = "other"


class Analysis(StrEnum):
    """Whether a dossier looks at one central person or two [000]; it follows from the tree."""

    INDIVIDUAL = "individual"
    JOINT = "joint"


def analysis_of(roles: frozenset[PersonRole]) -> Analysis:
    """A dossier with a co-holder is joint."""
    return Analysis.JOINT if PersonRole.CO_HOLDER in roles else Analysis.INDIVIDUAL


COUPLES = frozenset({Relationship.SPOUSE, Relationship.PARTNER})
"""The relationships of which nobody has two at a time; those with somebody who died are over."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A person's place in the tree; `related_to` nobody means the holder."""

    id: UUID
    role: PersonRole
    relationship: Relationship | None = None
    related_to: UUID | None = None
    deceased: bool = False


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Why nobody can have this place in the tree: the field that is wrong, a stable code, and a sentence."""

    field: str
    code: str
    detail: str


_NO_RELATIONSHIP = Misplaced("relationship", "relationship_missing", "A family member has a relationship.")
_OF_HOLDER = Misplaced("relationship", "relationship_of_holder", "Relationships are counted from the holder.")
_HOLDER_IS_ROOT = Misplaced("related_to", "holder_is_related_to_nobody", "Relationships are counted from the holder.")
_NOBODY = Misplaced("related_to", "related_to_unknown", "This is nobody else of the tree.")
_CIRCLE = Misplaced("related_to", "relations_circular", "By way of this person they would be related to themselves.")
_TWO_COUPLES = Misplaced("relationship", "two_couples", "Nobody has two spouses or partners at a time.")


def why_misplaced(person: Relative, others: Sequence[Relative]) -> Misplaced | None:
    """What contradicts a person's place in the tree, judged by it and by the other people of the tree."""
    if person.role is PersonRole.HOLDER and person.relationship is not None:
        return _OF_HOLDER
    if person.role is PersonRole.HOLDER and person.related_to is not None:
        return _HOLDER_IS_ROOT
    if person.role is PersonRole.FAMILY and person.relationship is None:
        return _NO_RELATIONSHIP
    tree = {other.id: other for other in others if other.id != person.id}
    if person.related_to is not None and person.related_to not in tree:
        return _NOBODY
    if _leads_back(person, tree):
        return _CIRCLE
    return why_two_couples(person, others)


def _leads_back(person: Relative, tree: Mapping[UUID, Relative]) -> bool:
    """Whether who they relate to relates, step by step, to them: the child of their own child, for one."""
    seen = {person.id}
    step = person.related_to
    while step is not None:
        if step in seen:
            return True
        seen.add(step)
        step = tree[step].related_to if step in tree else None
    return False


def why_two_couples(person: Relative, others: Sequence[Relative]) -> Misplaced | None:
    """A person who is part of a couple, or whose partner is, is part of no other."""
    tree = [person, *(other for other in others if other.id != person.id)]
    holder = next((one.id for one in tree if one.role is PersonRole.HOLDER), None)
    dead = {one.id for one in tree if one.deceased}
    couples = [
        {one.id, one.related_to or holder}
        for one in tree
        if one.relationship in COUPLES and not {one.id, one.related_to or holder} & dead
    ]
    own = [couple for couple in couples if person.id in couple]
    crowded = [couple for couple in own if any(couple & other for other in couples if other is not couple)]
    return _TWO_COUPLES if crowded else None


_FURTHEST_AHEAD = timedelta(hours=14)
"""The clocks that are furthest ahead of UTC: there it may be tomorrow already."""


def latest_day(now: datetime) -> date:
    """The latest day that is not in the future everywhere on earth."""
    return (now + _FURTHEST_AHEAD).date()
