"""HTTP for other systems: the state of messages. People see it through the dossier's rights page (A15)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from service_kit.db import UoW
from service_kit.errors import Forbidden, Invalid, NotFound, Unauthenticated
from service_kit.http import Page, PageParams, problem_responses
from service_kit.http.auth import CurrentSystem

from notifier_service.messages import service
from notifier_service.messages.schemas import MessageSummary, MessageView

router = APIRouter(prefix="/api/notifier/v1/messages", tags=["messages"])


@router.get("", responses=problem_responses(Unauthenticated, Forbidden, Invalid))
async def list_messages(
    uow: UoW, caller: CurrentSystem, page: PageParams, offer_id: Annotated[UUID, Query()]
) -> Page[MessageSummary]:
    """Messages about one offer, newest first."""
    return await service.list_messages(uow, offer_id, page)


@router.get("/{message_id}", responses=problem_responses(Unauthenticated, Forbidden, NotFound))
async def show_message(uow: UoW, caller: CurrentSystem, message_id: UUID) -> MessageView:
    """One message with its attempts."""
    return await service.show_message(uow, message_id)
