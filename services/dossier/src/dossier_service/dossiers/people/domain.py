"""Roles and relationships in a dossier's tree: which role a person may take, pure and free of any framework."""

from enum import StrEnum


class PersonRole(StrEnum):
    """What a person is in the dossier [001]; there is one holder and at most one co-holder."""

    HOLDER = "holder"
    CO_HOLDER = "co_holder"
    FAMILY = "family"


CENTRAL_ROLES = frozenset({PersonRole.HOLDER, PersonRole.CO_HOLDER})
"""The central persons of a dossier: their access, once granted, is never withdrawn (A5)."""


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
