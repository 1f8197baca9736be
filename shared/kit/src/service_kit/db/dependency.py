"""The transaction of a request: committed before the answer is sent, so a client never hears of what did not happen."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from service_kit.db.unit_of_work import UnitOfWork


async def get_uow(request: Request) -> AsyncIterator[UnitOfWork]:
    """The request's unit of work, from the database that `create_app` put into the application's state."""
    async with request.app.state.database.transaction() as uow:
        yield uow


# FastAPI's default scope ends after the answer was sent; "function" ends, and so commits, before it.
UoW = Annotated[UnitOfWork, Depends(get_uow, scope="function")]
