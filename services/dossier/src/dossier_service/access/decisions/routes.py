"""HTTP of the decisions: questions are asked by POST because a batch has a body; nothing changes by asking.

A gateway asks by GET and reads the answer from status and headers (`auth_request` of nginx, E2).
"""

from typing import Any

from fastapi import APIRouter, Request, Response
from service_kit.db import UoW
from service_kit.errors import Forbidden, Unauthenticated, Unavailable
from service_kit.http.problems import problem_responses

from dossier_service.access.decisions.schemas import (
    ASKED_BY_GATEWAYS,
    AUTHORIZED_HEADERS,
    BatchIn,
    DecisionOut,
    DecisionsOut,
    QuestionIn,
    authorized_headers,
    question_of,
)
from dossier_service.access.decisions.service import authorize, decide_all
from dossier_service.edge.callers import AnyCaller, SignedIn
from dossier_service.edge.routing import PREFIX

# Not idempotent by key: a stored answer would outlive the right it speaks of.
router = APIRouter(
    prefix=PREFIX, tags=["decisions"], responses=problem_responses(Unauthenticated, Forbidden, Unavailable)
)


@router.post("/decisions")
async def decide_one(body: QuestionIn, caller: AnyCaller, uow: UoW) -> DecisionOut:
    """May this account do this, and why (A7, A11)."""
    answers = await decide_all(uow, caller, [body.question()])
    return DecisionOut.of(answers[0])


@router.post("/decisions/batch")
async def decide_batch(body: BatchIn, caller: AnyCaller, uow: UoW) -> DecisionsOut:
    """Up to a thousand decisions, in the order of the questions."""
    answers = await decide_all(uow, caller, body.asked())
    return DecisionsOut(decisions=tuple(map(DecisionOut.of, answers)))


_AUTHORIZED: dict[int | str, dict[str, Any]] = {
    204: {"description": "Allowed; the headers say as whom and how far.", "headers": AUTHORIZED_HEADERS}
}


@router.get("/authorize", status_code=204, responses=_AUTHORIZED, openapi_extra={"parameters": ASKED_BY_GATEWAYS})
async def authorize_request(request: Request, caller: SignedIn, uow: UoW) -> Response:
    """For `auth_request` of a gateway: may the person whose token this is do that from here (E2, A7, A9)?

    204 with headers, 401 without a valid token, 403 for everything else, an unknown dossier and a malformed question
    among it: a gateway takes any other status for a failure of its own.
    """
    decision = await authorize(uow, caller, question_of(request.query_params))
    return Response(status_code=204, headers=authorized_headers(caller.account_id, decision))
