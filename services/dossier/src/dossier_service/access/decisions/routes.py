"""HTTP of the decisions: questions are asked by POST because a batch has a body; nothing changes by asking."""

from fastapi import APIRouter
from service_kit.db import UoW
from service_kit.errors import Forbidden, Unauthenticated, Unavailable
from service_kit.http.problems import problem_responses

from dossier_service.access.decisions.schemas import BatchIn, DecisionOut, DecisionsOut, QuestionIn
from dossier_service.access.decisions.service import decide_all
from dossier_service.edge.callers import AnyCaller
from dossier_service.edge.routing import PREFIX

# Not idempotent by key: a stored answer would outlive the right it speaks of.
router = APIRouter(
    prefix=PREFIX, tags=["decisions"], responses=problem_responses(Unauthenticated, Forbidden, Unavailable)
)


@router.post("/decisions")
async def decide_one(body: QuestionIn, caller: AnyCaller, uow: UoW) -> DecisionOut:
    """May this account do this, and why (A7, A11)."""
    decisions = await decide_all(uow, caller, [body.question()])
    return DecisionOut.of(decisions[0])


@router.post("/decisions/batch")
async def decide_batch(body: BatchIn, caller: AnyCaller, uow: UoW) -> DecisionsOut:
    """Up to a thousand decisions, in the order of the questions."""
    decisions = await decide_all(uow, caller, body.asked())
    return DecisionsOut(decisions=tuple(DecisionOut.of(decision) for decision in decisions))
