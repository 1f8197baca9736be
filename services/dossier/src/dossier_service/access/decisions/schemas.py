"""What the decisions take and give over HTTP."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Right
from pydantic import Field

from dossier_service.access.decisions.service import Question
from dossier_service.access.domain import Action, Decision, Limit, Party, Section
from dossier_service.edge.fields import Input, Output

LARGEST_BATCH = 1000


class QuestionIn(Input):
    """May this account do this? `account_id` is left out by people, who ask about themselves."""

    account_id: UUID | None = None
    dossier_id: UUID
    section: Section
    action: Action

    def question(self, field: str = "account_id") -> Question:
        return Question(self.account_id, self.dossier_id, self.section, self.action, field)


class BatchIn(Input):
    """Up to a thousand questions."""

    questions: tuple[QuestionIn, ...] = Field(min_length=1, max_length=LARGEST_BATCH)

    def asked(self) -> list[Question]:
        return [one.question(f"questions.{place}.account_id") for place, one in enumerate(self.questions)]


class Why(Output):
    """What a decision rests on (A11)."""

    rule: str
    code: str
    reason: str
    party: Party | None
    grant_id: UUID | None
    right: Right | None
    given_by: UUID | None
    given_by_name: str | None
    given_at: datetime | None


class DecisionOut(Output):
    """Yes or no, how far it reaches (`own` things, what was `published`), and why."""

    allowed: bool
    limit: Limit
    why: Why

    @classmethod
    def of(cls, decision: Decision) -> "DecisionOut":
        grant = decision.grant
        why = Why(
            rule=decision.rule,
            code=decision.code,
            reason=decision.reason,
            party=decision.party,
            grant_id=grant.grant_id if grant else None,
            right=grant.right if grant else None,
            given_by=grant.given_by if grant else None,
            given_by_name=grant.given_by_name if grant else None,
            given_at=grant.given_at if grant else None,
        )
        return cls(allowed=decision.allowed, limit=decision.limit, why=why)


class DecisionsOut(Output):
    """The answers, in the order of the questions."""

    decisions: tuple[DecisionOut, ...]
