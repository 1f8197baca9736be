"""Who calls: a verified token whose session identity has not ended (I11)."""

from typing import Annotated

from fastapi import Depends
from service_kit.db import UoW
from service_kit.errors import Unauthenticated
from service_kit.http.auth import Caller, CurrentCaller, CurrentUser

from dossier_service.access.projections.repository import has_ended


async def open_session(caller: CurrentCaller, uow: UoW) -> Caller:
    """The caller, unless identity ended the session; first of all checks, so that no stored answer is replayed."""
    if caller.session_id is not None and await has_ended(uow, caller.session_id):
        raise Unauthenticated("session_ended", "This session has ended; sign in again.", rule="I11")
    return caller


AnyCaller = Annotated[Caller, Depends(open_session)]
"""A person who signed in, or another system."""


async def _person(_user: CurrentUser, caller: AnyCaller) -> Caller:
    return caller


SignedIn = Annotated[Caller, Depends(_person)]
"""A person who signed in; systems are refused."""
