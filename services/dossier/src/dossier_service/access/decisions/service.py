"""Decisions for people about themselves, and for other systems about anybody (E2), by the same law as every request."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

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
    field: str = "account_id"


async def decide_all(uow: UnitOfWork, caller: Caller, questions: Sequence[Question]) -> list[Decision]:
    """The answers in the order of the questions; one statement, however many there are."""
    asked = [(_account(caller, question), question) for question in questions]
    standings = await repository.standings(uow, [(account, question.dossier_id) for account, question in asked])
    return [
        decide(standings.get((account, question.dossier_id)), question.section, question.action)
        for account, question in asked
    ]


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
