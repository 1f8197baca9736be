"""How the law says no: the rule's number, a stable code, and a sentence for people."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the law says no: the rule's number, a stable code, and a sentence for people."""

    kind: Literal["forbidden", "conflict", "rate_limited"]
    code: str
    rule: str
    reason: str
