"""Who calls: a verified token whose session identity has not ended (I11)."""

from typing import Annotated

from fastapi import Depends
from service_kit.http.auth import Caller, CurrentUser

from dossier_service.access.projections.repository import ENDED_SESSIONS

open_session = ENDED_SESSIONS.open_session

AnyCaller = Annotated[Caller, Depends(open_session)]
"""A person who signed in, or another system."""


async def _person(_user: CurrentUser, caller: AnyCaller) -> Caller:
    return caller


SignedIn = Annotated[Caller, Depends(_person)]
"""A person who signed in; systems are refused."""
