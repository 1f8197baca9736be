"""Decisions for people about themselves, and for other systems about anybody (E2), by the same law as every request."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service_kit.context import current_context
from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Forbidden, Invalid
from service_kit.http.auth import Caller

from dossier_service.access import repository
from dossier_service.access.domain import Action, Decision, Section, decide


@dataclass(frozen=True, slots=True)
class Question:
    """May this account (the caller's own when empty) do this? `field` is where the account would have been said."""

    account_id: UUID | None
    dossier_id: UUID
    section: Section
    action: Action
    client_address: str | None = None
    field: str = "account_id"


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, from which address it was asked, and the limit it rests on as far as the asker may know it (A9)."""

    decision: Decision
    address: str | None
    networks: tuple[str, ...] | None


async def decide_all(uow: UnitOfWork, caller: Caller, questions: Sequence[Question]) -> list[Answer]:
    """The answers in the order of the questions; one statement, however many there are."""
    asked = [(_account(caller, question), question) for question in questions]
    places = [(account, one.dossier_id, _address(caller, one)) for account, one in asked]
    standings = await repository.standings(uow, places)
    return [
        _answer(caller, decide(standings.get(place), question.section, question.action), place[2])
        for place, (_, question) in zip(places, asked, strict=True)
    ]


async def authorize(uow: UnitOfWork, caller: Caller, question: Question) -> Decision:
    """The decision when it is a yes; else Forbidden with its code and rule, for what is unknown too (E2, A13)."""
    answers = await decide_all(uow, caller, [question])
    decision = answers[0].decision
    if not decision.allowed:
        raise Forbidden(decision.code, decision.reason.capitalize() + ".", rule=decision.rule)
    return decision


def _answer(caller: Caller, decision: Decision, address: str | None) -> Answer:
    """From where a grant opens is not told to whoever holds a person's token somewhere else."""
    told = caller.kind == "system" or decision.allowed
    networks = decision.grant.networks if decision.grant is not None and told else None
    return Answer(decision, address, networks)


def _address(caller: Caller, question: Question) -> str | None:
    """A system says whence its user asks; a person's own request tells (A9)."""
    return question.client_address if caller.kind == "system" else current_context().client_address


def _account(caller: Caller, question: Question) -> UUID:
    if caller.kind == "system":
        if question.account_id is None:
            detail = "A system says whom it asks about."
            field = FieldError(question.field, "account_missing", detail, "E2")
            raise Invalid("account_missing", detail, rule="E2", fields=(field,))
        return question.account_id
    if question.account_id not in {None, caller.account_id}:
        raise Forbidden("only_about_yourself", "People ask about themselves; other systems about anybody.", rule="E2")
    return caller.account_id
