"""Every query on API clients."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from identity_service.clients.tables import ApiClient


async def find(session: AsyncSession, client_id: str) -> ApiClient | None:
    """The client of this id, unless it was disabled."""
    statement = select(ApiClient).where(col(ApiClient.client_id) == client_id, col(ApiClient.disabled_at).is_(None))
    return (await session.scalars(statement)).one_or_none()
