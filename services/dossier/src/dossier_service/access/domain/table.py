"""The table of A7: what each party may do in each section of a dossier. There is no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


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
    """As whom somebody stands in a dossier."""

    MANAGER = "manager"
    TEAM = "team"
    HOLDER = "holder"
    CO_HOLDER = "co_holder"
    FAMILY = "family"


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
class Row:
    """One row of A7: staff (manager, team), and the holder or family by the right they hold."""

    staff: Cell
    outside_write: Cell
    outside_read: Cell


A7: Mapping[Section, Row] = MappingProxyType(
    {
        #                              staff          outside, write      outside, read
        Section.CLIENT_RECORD: Row(_WRITE, _WRITE_OWN, _READ_OWN),
        Section.FAMILY_STRUCTURE: Row(_WRITE, _WRITE, _READ),
        Section.ASSET_INVENTORY: Row(_WRITE, _WRITE, _READ),
        Section.GIFT_INVENTORY: Row(_WRITE, _WRITE, _READ),
        Section.FINANCIAL_PROFILE: Row(_WRITE, _CREATE_WRITE, _READ),
        Section.SIMULATIONS: Row(_CREATE_WRITE, _CREATE_WRITE, _READ),
        Section.REPORTS: Row(_CREATE_WRITE, _CREATE_WRITE, _READ),
        Section.PLANS: Row(_PUBLISH, _SUBMIT_PUBLISHED, _READ_PUBLISHED),
        Section.BILLING_ACCOUNT: Row(_WRITE, _NOTHING, _NOTHING),
    }
)
