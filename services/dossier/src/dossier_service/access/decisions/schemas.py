"""What the decisions take and give over HTTP."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from event_contracts.people import Right
from fastapi.datastructures import QueryParams
from pydantic import AfterValidator, BeforeValidator, Field
from service_kit.errors import FieldError, Forbidden
from service_kit.http.problems import field_error
from service_kit.networks import parse_address

from dossier_service.access.decisions.service import Answer, Question
from dossier_service.access.domain import Action, Decision, GiverKind, Limit, Party, Section
from dossier_service.edge.fields import Input, Output

LARGEST_BATCH = 1000


def _address(value: str) -> str:
    """An address in its one spelling, IPv4 mapped into IPv6 as IPv4; what is none, as 123.542.654.785, is refused."""
    if (address := parse_address(value)) is None:
        raise field_error("address_malformed", "This is no IP address.", "A9")
    return str(address)


def _no_more_than_a_batch(value: object) -> object:
    """Counted before anything in it is looked at."""
    if isinstance(value, list) and len(value) > LARGEST_BATCH:
        raise field_error("too_many_questions", f"Ask at most {LARGEST_BATCH} questions at once.", "E2")
    return value


ClientAddress = Annotated[str, Field(max_length=100), AfterValidator(_address)]
Questions = Annotated[
    tuple["QuestionIn", ...],
    Field(min_length=1, json_schema_extra={"maxItems": LARGEST_BATCH}),
    BeforeValidator(_no_more_than_a_batch),
]


class QuestionIn(Input):
    """May this account do this? `account_id` is left out by people, who ask about themselves.

    `client_address`: whence a system's user asks. Without it a grant that is limited to addresses is denied (A9); what
    people say here counts for nothing, their request tells.
    """

    account_id: UUID | None = None
    dossier_id: UUID
    section: Section
    action: Action
    client_address: ClientAddress | None = None

    def question(self, field: str = "account_id") -> Question:
        return Question(self.account_id, self.dossier_id, self.section, self.action, self.client_address, field)


class BatchIn(Input):
    """Up to a thousand questions."""

    questions: Questions

    def asked(self) -> list[Question]:
        return [one.question(f"questions.{place}.account_id") for place, one in enumerate(self.questions)]


class Why(Output):
    """What a decision rests on (A11).

    `limited`: the grant opens from some addresses only (A9), and `client_address` is the one that counted. Which they
    are is told to systems, and to a person whom they let in. `branch_id`: the one branch a contact is limited to.
    """

    rule: str
    code: str
    reason: str
    party: Party | None
    grant_id: UUID | None
    right: Right | None
    given_by: UUID | None
    given_by_kind: GiverKind | None
    given_by_name: str | None
    given_at: datetime | None
    branch_id: UUID | None
    limited: bool
    networks: tuple[str, ...] | None
    client_address: str | None


class DecisionOut(Output):
    """Yes or no, how far it reaches (`own` things, what was `published`), and why."""

    allowed: bool
    limit: Limit
    why: Why

    @classmethod
    def of(cls, answer: Answer) -> "DecisionOut":
        decision, grant = answer.decision, answer.decision.grant
        why = Why(
            rule=decision.rule,
            code=decision.code,
            reason=decision.reason,
            party=decision.party,
            grant_id=grant.grant_id if grant else None,
            right=grant.right if grant else None,
            given_by=grant.giver.id if grant else None,
            given_by_kind=grant.giver.kind if grant else None,
            given_by_name=grant.giver.name if grant else None,
            given_at=grant.given_at if grant else None,
            branch_id=decision.branch_id,
            limited=decision.limited,
            networks=answer.networks,
            client_address=answer.address if decision.limited else None,
        )
        return cls(allowed=decision.allowed, limit=decision.limit, why=why)


class DecisionsOut(Output):
    """The answers, in the order of the questions."""

    decisions: tuple[DecisionOut, ...]


AUTHORIZED_HEADERS = {
    f"X-Dossier-{name}": {"description": description, "schema": {"type": "string"}}
    for name, description in {
        "Account": "Whose token it is.",
        "Party": "As whom they stand in the dossier.",
        "Right": "`read` or `write`; absent for staff.",
        "Limit": "`own` or `published` when only such things are reached; else absent.",
        "Branch": "The one branch a contact is limited to; else absent.",
    }.items()
}

_READERS: Mapping[str, Callable[[str], object]] = {"dossier_id": UUID, "section": Section, "action": Action}
ASKED_BY_GATEWAYS = [
    {"name": name, "in": "query", "required": True, "schema": schema}
    for name, schema in {
        "dossier_id": {"type": "string", "format": "uuid"},
        "section": {"type": "string", "enum": list(Section)},
        "action": {"type": "string", "enum": list(Action)},
    }.items()
]


def question_of(query: QueryParams) -> Question:
    """The question of a gateway; one that cannot be read is refused as forbidden, its fields named (E2)."""
    read = {name: _read(reader, query.getlist(name)) for name, reader in _READERS.items()}
    dossier_id, section, action = read.values()
    if isinstance(dossier_id, UUID) and isinstance(section, Section) and isinstance(action, Action):
        return Question(None, dossier_id, section, action)
    detail = "Ask with one dossier_id, one section and one action."
    fields = tuple(FieldError(name, "malformed", detail, "E2") for name, value in read.items() if value is None)
    raise Forbidden("question_malformed", detail, rule="E2", fields=fields)


def _read(reader: Callable[[str], object], given: Sequence[str]) -> object:
    """What is said twice is said in no way that could be relied upon."""
    try:
        return reader(given[0]) if len(given) == 1 else None
    except ValueError:
        return None


def authorized_headers(account_id: UUID, decision: Decision) -> dict[str, str]:
    """What an application behind the gateway is told: ids and words of the law, no names."""
    grant = decision.grant
    told = {
        "Account": account_id,
        "Party": decision.party,
        "Right": grant.right if grant else None,
        "Limit": decision.limit if decision.limit is not Limit.NONE else None,
        "Branch": decision.branch_id,
    }
    return {f"X-Dossier-{name}": str(value) for name, value in told.items() if value is not None}
