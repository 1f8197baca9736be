"""The table of A7: what each party may do in each section of a dossier. There is no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from event_contracts.people import Right


class Section(StrEnum):
    """The sections of a dossier, one row each in the table of A7."""

    CLIENT_RECORD = "client_record"
    FAMILY_STRUCTURE = "family_structure"
    ASSET_INVENTORY = "asset_inventory"
    GIFT_INVENTORY = "gift_inventory"
    FINANCIAL_PROFILE = "financial_profile"
    SIMULATIONS = "simulations"
    REPORTS = "reports"
    PLANS = "plans"
    BILLING_ACCOUNT = "billing_account"


MODULES = frozenset(Section) - {Section.CLIENT_RECORD, Section.FAMILY_STRUCTURE}
"""The sections that a portal may leave out (P1, A8); the other two every dossier has."""


class Action(StrEnum):
    """What somebody may want to do in a section."""

    READ = "read"
    CREATE = "create"
    WRITE = "write"
    PUBLISH = "publish"
    SUBMIT_CHANGES = "submit_changes"


class Limit(StrEnum):
    """Which part of a section an allowed action reaches."""

    NONE = "none"
    OWN = "own"
    PUBLISHED = "published"


class Party(StrEnum):
    """As whom somebody stands in a dossier; a contact of the client company stands there as `client` (A9)."""

    MANAGER = "manager"
    TEAM = "team"
    HOLDER = "holder"
    CO_HOLDER = "co_holder"
    FAMILY = "family"
    ADVISER = "adviser"
    CLIENT = "client"


STAFF_PARTIES = frozenset({Party.MANAGER, Party.TEAM})
"""The firm's own people; everybody else is an outside party."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table of A7: the actions allowed, and how far they reach."""

    actions: frozenset[Action] = frozenset()
    limit: Limit = Limit.NONE


_R, _C, _W = Action.READ, Action.CREATE, Action.WRITE
_NOTHING = Cell()
_READ = Cell(frozenset({_R}))
_WRITE = Cell(frozenset({_R, _W}))
_CREATE_WRITE = Cell(frozenset({_R, _C, _W}))
_READ_OWN = Cell(frozenset({_R}), Limit.OWN)
_WRITE_OWN = Cell(frozenset({_R, _W}), Limit.OWN)
_READ_PUBLISHED = Cell(frozenset({_R}), Limit.PUBLISHED)
_SUBMIT_PUBLISHED = Cell(frozenset({_R, Action.SUBMIT_CHANGES}), Limit.PUBLISHED)
_PUBLISH = Cell(frozenset({_R, _C, _W, Action.PUBLISH}))


@dataclass(frozen=True, slots=True)
class Outside:
    """What an outside party may do by the right it holds."""

    write: Cell
    read: Cell

    def by(self, right: Right) -> Cell:
        return self.write if right is Right.WRITE else self.read


@dataclass(frozen=True, slots=True)
class Row:
    """One row of A7: staff (manager, team), holder and family, adviser, contact."""

    staff: Cell
    family: Outside
    adviser: Outside
    contact: Outside


_NONE = Outside(_NOTHING, _NOTHING)
_READS = Outside(_READ, _READ)
_WRITES = Outside(_WRITE, _READ)
_CREATES = Outside(_CREATE_WRITE, _READ)
_OWN = Outside(_WRITE_OWN, _READ_OWN)
_PUBLISHED = Outside(_READ_PUBLISHED, _READ_PUBLISHED)
_SUBMITS = Outside(_SUBMIT_PUBLISHED, _READ_PUBLISHED)

A7: Mapping[Section, Row] = MappingProxyType(
    {
        #                              staff          holder, family  adviser     contact
        Section.CLIENT_RECORD: Row(_WRITE, _OWN, _NONE, _OWN),
        Section.FAMILY_STRUCTURE: Row(_WRITE, _WRITES, _WRITES, _NONE),
        Section.ASSET_INVENTORY: Row(_WRITE, _WRITES, _WRITES, _NONE),
        Section.GIFT_INVENTORY: Row(_WRITE, _WRITES, _WRITES, _NONE),
        Section.FINANCIAL_PROFILE: Row(_WRITE, _CREATES, _READS, _NONE),
        Section.SIMULATIONS: Row(_CREATE_WRITE, _CREATES, _READS, _NONE),
        Section.REPORTS: Row(_CREATE_WRITE, _CREATES, _READS, _READS),
        Section.PLANS: Row(_PUBLISH, _SUBMITS, _PUBLISHED, _SUBMITS),
        Section.BILLING_ACCOUNT: Row(_WRITE, _NONE, _NONE, _READS),
    }
)


def cell_of(section: Section, party: Party, right: Right | None) -> Cell:
    """The cell of A7 for a party; staff hold no right of their own, everybody else does."""
    row = A7[section]
    if party in STAFF_PARTIES:
        return row.staff
    assert right is not None  # an outside party stands in a dossier by a grant
    columns = {Party.ADVISER: row.adviser, Party.CLIENT: row.contact}
    return columns.get(party, row.family).by(right)
