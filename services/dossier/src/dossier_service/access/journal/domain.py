"""What the journal keeps of one thing that happened, and what of it a holder may read (A12); pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from dossier_service.access.domain import Section


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an account, another service's event, an operator's command, or nobody but time."""

    kind: Literal["account", "identity", "operator", "time"]
    id: UUID | None = None

    @classmethod
    def account(cls, account_id: UUID) -> "Actor":
        return cls("account", account_id)


IDENTITY = Actor("identity")
OPERATOR = Actor("operator")
TIME = Actor("time")


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened to what, under which rule. `details` are rights, states and ids, never a name or an address."""

    action: str
    firm_id: UUID
    subject_kind: str
    subject_id: UUID
    rule: str
    dossier_id: UUID | None = None
    reason: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as it is read: a holder's does not say which request caused it."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    rule: str
    reason: str | None
    details: Mapping[str, str]
    correlation_id: str | None


HOLDERS_ACTIONS = (
    "adviser_",
    "contact_",
    "death_",
    "dossier_",
    "grant_",
    "person_",
    "plan_",
    "portal_user_",
    "sign_in_information_",
    "team_member_",
)
"""How the actions begin that a holder reads of: who opens the dossier and is in it, its plans, its closing (A12).

Which modules are in is not among them: one that was left out does not exist for a holder (A8).
"""


def actions_in(modules: Collection[Section]) -> tuple[str, ...]:
    """Those about what exists for outside parties: nothing of plans when that module was left out (A8)."""
    return tuple(action for action in HOLDERS_ACTIONS if action != "plan_" or Section.PLANS in modules)


@dataclass(frozen=True, slots=True)
class Reader:
    """A holder who reads: what in the journal is about themselves (account, person, grants), and what exists for them.

    `actions` are how the actions begin that they read of.
    """

    account_id: UUID
    own: Collection[UUID]
    actions: tuple[str, ...] = HOLDERS_ACTIONS


DRAFTS = frozenset({"plan_created", "plan_written"})
"""What staff do to a plan before it is published to anybody: nobody outside reads of it (A7)."""

_HOLDERS_DETAILS = frozenset(
    {
        "access",
        "base_version",
        "change",
        "fields",
        "given_by",
        "manager",
        "party",
        "person",
        "previous",
        "previous_access",
        "previous_right",
        "previous_role",
        "right",
        "role",
        "version",
    }
)


def for_holder(entry: Entry, reader: Reader) -> Entry | None:
    """What a holder reads of an entry, nothing when it is not about access, people, plans or closing (A12).

    What staff wrote in their own words stays theirs unless it is about the reader; whether an address was new to the
    firm tells of other dossiers, and networks from where a contact may come.
    """
    if not entry.action.startswith(reader.actions) or entry.action in DRAFTS:
        return None
    is_own = entry.subject_id in reader.own or entry.actor_id == reader.account_id
    return replace(
        entry,
        reason=entry.reason if is_own else None,
        details={name: value for name, value in entry.details.items() if name in _HOLDERS_DETAILS},
        correlation_id=None,
    )
