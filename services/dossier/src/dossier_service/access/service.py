"""The guards every use case on a dossier passes: where the caller stands, and what the law says to it."""

from uuid import UUID

from service_kit.context import current_context
from service_kit.db import UnitOfWork
from service_kit.errors import Forbidden

from dossier_service.access import repository
from dossier_service.access.domain import NO_MODULE, Action, Decision, Section, Standing, decide
from dossier_service.edge.refusals import unknown


async def standing_in(uow: UnitOfWork, account_id: UUID, dossier_id: UUID) -> Standing:
    """Where an account stands in a dossier it can see; to anybody else the dossier does not exist (A13).

    Whence the request came counts (A9): it is known from the request's context, so that no route can forget it.
    """
    question = (account_id, dossier_id, current_context().client_address)
    standing = (await repository.standings(uow, [question])).get(question)
    if standing is None or not standing.visible:
        raise unknown()
    return standing


async def allowed_in(
    uow: UnitOfWork, account_id: UUID, dossier_id: UUID, section: Section, action: Action
) -> tuple[Standing, Decision]:
    """The standing and the decision when the action is allowed; the refusal with its rule when not (A7)."""
    standing = await standing_in(uow, account_id, dossier_id)
    decision = decide(standing, section, action)
    if decision is NO_MODULE:
        raise unknown()  # absent, not hidden (A8)
    if not decision.allowed:
        raise Forbidden(decision.code, decision.reason.capitalize() + ".", rule=decision.rule)
    return standing, decision
