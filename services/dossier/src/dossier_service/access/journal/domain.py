"""What the journal keeps of one thing that happened; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID


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
