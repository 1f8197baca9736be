"""Who calls: a person who signed in and whose session identity has not ended (I11); use cases then ask for the firm."""

from typing import Annotated

from fastapi import Depends
from service_kit.http.auth import Caller, CurrentUser

from notifier_service.staff.repository import ENDED_SESSIONS


async def _person(_user: CurrentUser, caller: Annotated[Caller, Depends(ENDED_SESSIONS.open_session)]) -> Caller:
    return caller


SignedIn = Annotated[Caller, Depends(_person)]
"""A person who signed in; systems are refused."""
