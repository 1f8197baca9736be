"""The law as it is published: the table of A7 itself, never a copy of it."""

from typing import Self

from event_contracts.people import Right

from dossier_service.access.domain import (
    A7,
    MODULES,
    STAFF_PARTIES,
    Action,
    Limit,
    Party,
    Section,
    cell_of,
)
from dossier_service.edge.fields import Output


class CellOut(Output):
    """What a party may do in a section; staff hold no right of their own.

    `limit`: `own` reaches what is the party's own, `published` what was published to it.
    """

    party: Party
    right: Right | None
    actions: tuple[Action, ...]
    limit: Limit
    rule: str = "A7"

    @classmethod
    def of(cls, section: Section, party: Party, right: Right | None) -> Self:
        cell = cell_of(section, party, right)
        return cls(party=party, right=right, actions=tuple(sorted(cell.actions)), limit=cell.limit)


class SectionOut(Output):
    """A row of the table. A module may be left out of a portal: then it does not exist for outside parties (A8)."""

    section: Section
    module: bool
    cells: tuple[CellOut, ...]


class LawOut(Output):
    """The whole table; what it says is narrowed by `narrowed_by` in a given dossier."""

    sections: tuple[SectionOut, ...]
    actions: tuple[Action, ...]
    narrowed_by: dict[str, str]

    @classmethod
    def whole(cls) -> Self:
        return cls(sections=tuple(map(_row, A7)), actions=tuple(Action), narrowed_by=NARROWED_BY)


NARROWED_BY = {
    "A5": "a person whose death was recorded does nothing of it",
    "A8": "a module that was left out does not exist for outside parties",
    "A9": "a contact limited to addresses or to a branch does all this from there, and sees that branch only",
    "A10": "a grant counts while it is active; of a closed dossier outside parties read at most",
    "A14": "an administrator without a place in the dossier does nothing of it",
    "I11": "a deactivated portal user does nothing of it",
}


def _row(section: Section) -> SectionOut:
    columns = [(party, right) for party in Party for right in ([None] if party in STAFF_PARTIES else sorted(Right))]
    cells = tuple(CellOut.of(section, party, right) for party, right in columns)
    return SectionOut(section=section, module=section in MODULES, cells=cells)
