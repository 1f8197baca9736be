"""HTTP of the law: the same for everybody, so whoever proves who they are may read it."""

from fastapi import APIRouter
from service_kit.errors import Forbidden, Unauthenticated, Unavailable
from service_kit.http.problems import problem_responses

from dossier_service.access.law.schemas import LawOut
from dossier_service.edge.callers import AnyCaller
from dossier_service.edge.routing import PREFIX

router = APIRouter(prefix=PREFIX, tags=["law"], responses=problem_responses(Unauthenticated, Forbidden, Unavailable))

_LAW = LawOut.whole()


@router.get("/law")
async def read_law(_caller: AnyCaller) -> LawOut:
    """What each party may do in each section of a dossier (A7): the table that every decision is taken by."""
    return _LAW
